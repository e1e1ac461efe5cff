// Pictures at half their size, the same for a picture and its mirror image.
#pragma once
#include <cstdint>
#include <vector>

namespace pickout {

// The picture (height, width, 3) at (height / 2, width / 2), rounded down, averaged over equal
// areas in whole numbers. Both sides must be 2 or more.
std::vector<uint8_t> halve(const uint8_t* image, int32_t height, int32_t width);

}  // namespace pickout
