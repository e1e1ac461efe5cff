#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Numbers of cells along the three axes of a histogram; the last one runs fastest.
using Cells = std::array<int32_t, 3>;

// For n things log(how common its cell is inside / outside). Each thing counts with `inside` and
// `outside` (n); both histograms are blurred by one cell along each axis (1/4, 1/2, 1/4, the ends
// repeated) and brought to a sum of 1, and 1e-5 is added. cell: (n) in [0, product of cells).
std::vector<float> log_ratio(const int32_t* cell, const float* inside, const float* outside,
                             size_t n, const Cells& cells);

}  // namespace pickout
