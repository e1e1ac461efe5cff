#include "histogram.h"

#include <algorithm>
#include <cmath>

namespace pickout {
namespace {

// Blurs along one axis: `count` cells, `stride` apart, for all places along the other axes.
void blur_axis(std::vector<float>& cells, int32_t count, size_t stride) {
    const std::vector<float> from = cells;
    for (size_t block = 0; block < cells.size(); block += stride * count)
        for (int32_t k = 0; k < count; ++k) {
            const size_t at = block + k * stride;
            const size_t before = k > 0 ? at - stride : at;
            const size_t after = k + 1 < count ? at + stride : at;
            for (size_t i = 0; i < stride; ++i)
                cells[at + i] =
                    0.5f * from[at + i] + 0.25f * from[before + i] + 0.25f * from[after + i];
        }
}

// How common every cell is, of all that counts.
std::vector<float> shares(const int32_t* cell, const float* weight, size_t n, const Cells& cells) {
    std::vector<double> sum(size_t(cells[0]) * cells[1] * cells[2], 0.0);
    for (size_t i = 0; i < n; ++i) sum[cell[i]] += weight[i];
    std::vector<float> histogram(sum.begin(), sum.end());
    blur_axis(histogram, cells[0], size_t(cells[1]) * cells[2]);
    blur_axis(histogram, cells[1], cells[2]);
    blur_axis(histogram, cells[2], 1);
    double total = 0.0;
    for (float count : histogram) total += count;
    const float scale = static_cast<float>(std::max(total, 1e-6));
    for (float& count : histogram) count = count / scale + 1e-5f;
    return histogram;
}

}  // namespace

std::vector<float> log_ratio(const int32_t* cell, const float* inside, const float* outside,
                             size_t n, const Cells& cells) {
    const std::vector<float> in = shares(cell, inside, n, cells);
    const std::vector<float> out = shares(cell, outside, n, cells);
    std::vector<float> of_cell(in.size()), ratio(n);
    for (size_t k = 0; k < in.size(); ++k) of_cell[k] = std::log(in[k] / out[k]);
    for (size_t i = 0; i < n; ++i) ratio[i] = of_cell[cell[i]];
    return ratio;
}

}  // namespace pickout
