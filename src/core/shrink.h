#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Some of a mask's pixels: `height` rows and `width` columns, `step` apart.
struct Samples {
    const bool* first;
    size_t stride;  // from one row of the mask to the next
    int32_t height, width, step;
};

// The samples at a smaller size (height, width): 1 where at least half of the area is inside. Whole
// numbers only: mirrored samples give the mirrored result.
std::vector<uint8_t> shrink(const Samples& samples, int32_t height, int32_t width);

}  // namespace pickout
