#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Labels 0 … n-1 of the catchment basins of a (height, width) relief, without dividing lines.
struct Basins {
    std::vector<int32_t> labels;
    int32_t n = 0;
};

Basins watershed(const uint8_t* relief, int32_t height, int32_t width);

}  // namespace pickout
