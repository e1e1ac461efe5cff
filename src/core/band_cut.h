#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Decides the pixels of `band` anew by an exact minimum cut; all others keep their side of `mask`.
// Cutting between two of the eight neighbours costs
//   smoothness * exp(-|difference of colours|² / (2 * their mean square)) / distance;
// putting a pixel on the wrong side of `evidence` (> 0: object) costs |evidence|.
// image: (height, width, 3). All others: (height, width). Returns 1 inside.
std::vector<uint8_t> band_cut(const uint8_t* image, const bool* mask, const bool* band,
                              const float* evidence, int32_t height, int32_t width,
                              float smoothness);

}  // namespace pickout
