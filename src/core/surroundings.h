#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

constexpr int kSurroundingRows = 6;
constexpr int32_t kLargestSide = 4095;

// How the colours of pixels lie to the mean colours inside and outside around them.
//
// colour: (height, width, 3). weight: (height, width), how far inside a pixel is, 0 to 1.
// rows, columns: of n pixels. sides: of the squares to look at, odd; they end at the border.
// Returns (n_sides * kSurroundingRows, n): for every square its share inside, the pixel's distances
// to the mean colours inside and outside, their difference, where it lies between the two (0
// outside, 1 inside), and how far these are apart.
std::vector<float> surroundings(const float* colour, const float* weight, int32_t height,
                                int32_t width, const int32_t* rows, const int32_t* columns,
                                size_t n, const int32_t* sides, size_t n_sides);

}  // namespace pickout
