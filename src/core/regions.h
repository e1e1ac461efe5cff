#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Mean of every channel over every region (n, channels); 0 where a region has no pixel.
// labels: (n_pixels) in [0, n). values: (n_pixels, channels).
std::vector<float> region_means(const int32_t* labels, int64_t n_pixels, int32_t n,
                                const float* values, int32_t channels);

// Centre of gravity (n, 2) as x, y, and size in pixels (n) of every region; 0 where it has none.
struct Places {
    std::vector<float> centre_xy, area;
};

// labels: (height, width) in [0, n).
Places region_places(const int32_t* labels, int32_t height, int32_t width, int32_t n);

}  // namespace pickout
