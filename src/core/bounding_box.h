#pragma once
#include <cstddef>
#include <cstdint>

namespace pickout {

// Half-open; all 0 if the mask is empty.
struct Box {
    int64_t left = 0, top = 0, right = 0, bottom = 0;
};

// The first place in [from, to) of a row that is inside, `to` if there is none.
size_t first_inside(const bool* row, size_t from, size_t to);

// The end of what is inside [from, to): one behind the last such place, `from` if there is none.
size_t end_inside(const bool* row, size_t from, size_t to);

// The smallest box around what is inside a (height, width) mask.
Box bounding_box(const bool* mask, size_t height, size_t width);

}  // namespace pickout
