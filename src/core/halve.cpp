#include "halve.h"

#include <cstddef>

namespace pickout {
namespace {

constexpr int kChannels = 3;

// How much a pixel of the half side takes of the three pixels from `2 * its number` on. An odd
// side 2 m + 1 divides into m parts that share pixels; counted in m-ths of a pixel, all is whole.
struct Shares {
    int64_t first, second, third;
};

Shares shares(int32_t number, int32_t half, bool is_odd) {
    if (!is_odd) return {1, 1, 0};
    return {half - number, half, number + 1};
}

// Adds up two or three rows into `sums`.
void add_rows(const uint8_t* rows, size_t stride, const Shares& share, std::vector<int32_t>& sums) {
    const auto a = static_cast<int32_t>(share.first), b = static_cast<int32_t>(share.second);
    const auto c = static_cast<int32_t>(share.third);
    const uint8_t *second = rows + stride, *third = c > 0 ? second + stride : rows;
    for (size_t i = 0; i < stride; ++i) sums[i] = a * rows[i] + b * second[i] + c * third[i];
}

}  // namespace

std::vector<uint8_t> halve(const uint8_t* image, int32_t height, int32_t width) {
    const int32_t rows = height / 2, columns = width / 2;
    const bool odd_height = height % 2 == 1, odd_width = width % 2 == 1;
    const double unit = 1.0 / (static_cast<double>(odd_height ? height : 2) * (odd_width ? width : 2));
    const size_t stride = size_t(width) * kChannels;
    std::vector<int32_t> sums(stride + kChannels, 0);  // an even side's last third pixel counts 0
    std::vector<uint8_t> half(size_t(rows) * columns * kChannels);
    for (int32_t row = 0; row < rows; ++row) {
        add_rows(image + 2 * row * stride, stride, shares(row, rows, odd_height), sums);
        uint8_t* out = half.data() + size_t(row) * columns * kChannels;
        for (int32_t column = 0; column < columns; ++column) {
            const Shares share = shares(column, columns, odd_width);
            const int32_t* at = sums.data() + size_t(column) * 2 * kChannels;
            for (int k = 0; k < kChannels; ++k) {
                const int64_t sum = share.first * at[k] + share.second * at[kChannels + k] +
                                    share.third * at[2 * kChannels + k];
                *out++ = static_cast<uint8_t>(static_cast<double>(sum) * unit + 0.5);
            }
        }
    }
    return half;
}

}  // namespace pickout
