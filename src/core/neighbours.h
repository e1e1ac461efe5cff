// Walking the four neighbours of a pixel given by its row-major index.
#pragma once
#include <cstdint>

namespace pickout {

// Calls visit(index) for the pixels above, below, left and right, in that order.
template <typename Visit>
inline void for_neighbours4(int32_t p, int32_t height, int32_t width, Visit&& visit) {
    const int32_t row = p / width, column = p - row * width;
    if (row > 0) visit(p - width);
    if (row + 1 < height) visit(p + width);
    if (column > 0) visit(p - 1);
    if (column + 1 < width) visit(p + 1);
}

}  // namespace pickout
