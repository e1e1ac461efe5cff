#include "surroundings.h"

#include <algorithm>
#include <cmath>

#include "wide.h"

namespace pickout {
namespace {

// Share inside, colours inside, and colours; the last of eight is unused.
constexpr int kSums = 8;

struct Sums {
    double of[kSums];
};

constexpr float kFew = 1e-3f;       // keeps means finite where nothing is inside, or outside
constexpr float kFaint = 4.0f;      // squared distance of colours that says little
constexpr float kLowest = -1.0f, kHighest = 2.0f;

// The sums over everything above and left of each pixel's corner, (height + 1, width + 1).
PICKOUT_WIDE void summed(const float* colour, const float* weight, int32_t height, int32_t width,
                         Sums* table) {
    const size_t stride = size_t(width) + 1;
    std::fill(table, table + stride, Sums{});
    for (int32_t y = 0; y < height; ++y) {
        const Sums* above = table + y * stride;
        Sums* here = table + (y + 1) * stride;
        here[0] = Sums{};
        Sums row{};
        for (int32_t x = 0; x < width; ++x) {
            const size_t at = size_t(y) * width + x;
            const double w = weight[at];
            const float* c = colour + 3 * at;
            const double pixel[kSums] = {w, w * c[0], w * c[1], w * c[2], c[0], c[1], c[2], 0};
            for (int k = 0; k < kSums; ++k) {
                row.of[k] += pixel[k];
                here[x + 1].of[k] = above[x + 1].of[k] + row.of[k];
            }
        }
    }
}

struct Colour {
    float of[3];

    Colour less(const Colour& other) const {
        return {{of[0] - other.of[0], of[1] - other.of[1], of[2] - other.of[2]}};
    }
    float dot(const Colour& other) const {
        return of[0] * other.of[0] + of[1] * other.of[1] + of[2] * other.of[2];
    }
    float length() const { return std::sqrt(dot(*this)); }
};

}  // namespace

PICKOUT_WIDE std::vector<float> surroundings(const float* colour, const float* weight,
                                             int32_t height, int32_t width, const int32_t* rows,
                                             const int32_t* columns, size_t n,
                                             const int32_t* sides, size_t n_sides) {
    const size_t stride = size_t(width) + 1;
    std::vector<Sums> table(stride * (size_t(height) + 1));
    summed(colour, weight, height, width, table.data());
    std::vector<float> found(n_sides * kSurroundingRows * n);
    for (size_t s = 0; s < n_sides; ++s) {
        float* out = found.data() + s * kSurroundingRows * n;
        const int32_t reach = sides[s] / 2;
        for (size_t i = 0; i < n; ++i) {
            const int32_t top = std::max(0, rows[i] - reach), left = std::max(0, columns[i] - reach);
            const int32_t low = std::min(height, rows[i] + reach + 1);
            const int32_t right = std::min(width, columns[i] + reach + 1);
            const Sums* upper = table.data() + top * stride;
            const Sums* lower = table.data() + low * stride;
            const double count = double(low - top) * (right - left);
            float mean[kSums];
            for (int k = 0; k < kSums; ++k)
                mean[k] = float((lower[right].of[k] - lower[left].of[k] - upper[right].of[k] +
                                 upper[left].of[k]) / count);
            Colour inside, outside;
            for (int k = 0; k < 3; ++k) {
                inside.of[k] = mean[1 + k] / (mean[0] + kFew);
                outside.of[k] = (mean[4 + k] - mean[1 + k]) / (1.0f - mean[0] + kFew);
            }
            const float* c = colour + 3 * (size_t(rows[i]) * width + columns[i]);
            const Colour own{{c[0], c[1], c[2]}};
            const Colour axis = inside.less(outside), from_outside = own.less(outside);
            const float to_inside = own.less(inside).length(), to_outside = from_outside.length();
            const float place = from_outside.dot(axis) / (axis.dot(axis) + kFaint);
            const float row[kSurroundingRows] = {
                mean[0], to_inside, to_outside, to_inside - to_outside,
                std::min(std::max(place, kLowest), kHighest), axis.length(),
            };
            for (int k = 0; k < kSurroundingRows; ++k) out[k * n + i] = row[k];
        }
    }
    return found;
}

}  // namespace pickout
