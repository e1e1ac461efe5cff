#pragma once
#include <cstddef>
#include <cstdint>

namespace pickout {

// Half-open; all 0 if the mask is empty.
struct Box {
    int64_t left = 0, top = 0, right = 0, bottom = 0;
};

// The smallest box around what is inside a (height, width) mask.
Box bounding_box(const bool* mask, size_t height, size_t width);

}  // namespace pickout
