#include "pixel_maps.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lanes.h"
#include "wide.h"

namespace pickout {
namespace {

constexpr int kCells = 32;      // of the colour cube along each axis
constexpr int kSide = kCells + 1;
constexpr int kParts = 16;      // to which a place within a cell is rounded down

double linear_light(double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double lab_root(double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116.0; }

// Lab is told in whole steps.
constexpr float kLightStep = 100.0f / 16384.0f, kChromaStep = 1.0f / 64.0f, kLowest = -128.0f;

float rounded(float steps) { return static_cast<float>(static_cast<int32_t>(steps + 0.5f)); }

// Lab at the corners of the cells, and where the 256 values of a channel lie among them.
struct LabTable {
    LabTable() : corner(size_t(kSide) * kSide * kSide) {
        double light[kSide];
        for (int i = 0; i < kSide; ++i) light[i] = linear_light(double(i) / kCells);
        for (int r = 0; r < kSide; ++r)
            for (int g = 0; g < kSide; ++g)
                for (int b = 0; b < kSide; ++b)
                    corner[(r * kSide + g) * kSide + b] = steps_of(light[r], light[g], light[b]);
        for (int v = 0; v < 256; ++v) {
            const int fine = (v * 16384 * 2 + 255) / (2 * 255);  // of 16384, to the nearest
            const int place = fine / (16384 / (kCells * kParts));
            cell[v] = std::min(place / kParts, kCells - 1);
            share[v] = float(place - cell[v] * kParts) / kParts;
        }
    }

    static Four steps_of(double r, double g, double b) {
        const double x = lab_root((0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.950456);
        const double y = lab_root(0.212671 * r + 0.715160 * g + 0.072169 * b);
        const double z = lab_root((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754);
        Four steps{};
        steps.lanes[0] = float(std::lround((116 * y - 16) / kLightStep));
        steps.lanes[1] = float(std::lround((500 * (x - y) - kLowest) / kChromaStep));
        steps.lanes[2] = float(std::lround((200 * (y - z) - kLowest) / kChromaStep));
        return steps;
    }

    Four steps_at(const uint8_t* rgb) const {
        const float r = share[rgb[0]], g = share[rgb[1]], b = share[rgb[2]];
        const Four* low = &corner[(cell[rgb[0]] * kSide + cell[rgb[1]]) * kSide + cell[rgb[2]]];
        const Four* high = low + kSide * kSide;
        Four lab = square(low, g, b).times(1.0f - r);
        lab.add(r, square(high, g, b));
        return lab;
    }

    static Four square(const Four* corners, float g, float b) {
        Four value = corners[0].times((1.0f - g) * (1.0f - b));
        value.add((1.0f - g) * b, corners[1]);
        value.add(g * (1.0f - b), corners[kSide]);
        value.add(g * b, corners[kSide + 1]);
        return value;
    }

    std::vector<Four> corner;
    std::array<int, 256> cell;
    std::array<float, 256> share;
};

// The index that mirroring at both ends of [0, n) leads to, for indices one off at most.
int32_t mirrored(int32_t i, int32_t n) {
    if (n == 1) return 0;
    return i < 0 ? 1 : i >= n ? n - 2 : i;
}

// Adds to `sum` (width * 3) the squared gradient at every value of a row. Rows have a mirrored
// pixel on either side.
PICKOUT_WIDE
void square_gradient(const float* above, const float* here, const float* below,
                     float* __restrict smooth, float* __restrict slope, float* __restrict squared,
                     int32_t count) {
    for (int32_t i = 0; i < count + 6; ++i) {
        smooth[i] = above[i] + 2.0f * here[i] + below[i];
        slope[i] = below[i] - above[i];
    }
    for (int32_t i = 0; i < count; ++i) {
        const float across = smooth[i + 6] - smooth[i];
        const float down = slope[i] + 2.0f * slope[i + 3] + slope[i + 6];
        squared[i] = across * across + down * down;
    }
}

// Copies one row with a mirrored pixel of `channels` values on either side.
void pad_row(const float* row, int32_t width, int32_t channels, float* padded) {
    std::copy_n(row, size_t(width) * channels, padded + channels);
    std::copy_n(row + size_t(mirrored(-1, width)) * channels, channels, padded);
    std::copy_n(row + size_t(mirrored(width, width)) * channels, channels,
                padded + size_t(width + 1) * channels);
}

}  // namespace

std::vector<float> to_lab(const uint8_t* rgb, size_t n) {
    static const LabTable table;
    std::vector<float> lab(n * 3);
    for (size_t i = 0; i < n * 3; i += 3) {
        const Four steps = table.steps_at(rgb + i);
        lab[i] = rounded(steps[0]) * kLightStep;
        lab[i + 1] = rounded(steps[1]) * kChromaStep + kLowest;
        lab[i + 2] = rounded(steps[2]) * kChromaStep + kLowest;
    }
    return lab;
}

std::vector<float> gradient_length(const float* values, int32_t height, int32_t width) {
    const size_t stride = size_t(width) * 3, padded = stride + 6;
    std::vector<float> length(size_t(height) * width), rows(3 * padded), smooth(padded),
        slope(padded), squared(stride);
    const auto row_at = [&](int32_t y) { return rows.data() + (y + 3) % 3 * padded; };
    const auto load = [&](int32_t y) {
        pad_row(values + mirrored(y, height) * stride, width, 3, row_at(y));
    };
    load(-1);
    load(0);
    for (int32_t y = 0; y < height; ++y) {
        load(y + 1);
        square_gradient(row_at(y - 1), row_at(y), row_at(y + 1), smooth.data(), slope.data(),
                        squared.data(), static_cast<int32_t>(stride));
        float* out = length.data() + size_t(y) * width;
        const float* square = squared.data();
        for (int32_t x = 0; x < width; ++x, square += 3)
            out[x] = std::sqrt(square[0] + square[1] + square[2]) * (1.0f / 8.0f);
    }
    return length;
}

Details details(const float* lab, const float* fine, const float* middle, const float* coarse,
                int32_t height, int32_t width) {
    const size_t n = size_t(height) * width;
    Details found{std::vector<float>(n * 3), std::vector<float>(n * 3)};
    const auto light = [&](int32_t y, int32_t x) {
        return fine[(size_t(mirrored(y, height)) * width + mirrored(x, width)) * 3];
    };
    std::vector<float> rows(size_t(width + 2) * 3);
    float *above = rows.data(), *here = above + width + 2, *below = here + width + 2;
    for (int32_t y = 0; y < height; ++y) {
        for (int32_t x = -1; x <= width; ++x) {
            above[x + 1] = light(y - 1, x);
            here[x + 1] = light(y, x);
            below[x + 1] = light(y + 1, x);
        }
        const size_t from = size_t(y) * width * 3;
        float *bands = found.bands.data() + from, *directions = found.directions.data() + from;
        for (int32_t x = 0; x < width; ++x) {
            const size_t i = size_t(x) * 3, at = from + i;
            bands[i] = std::fabs(lab[at] - fine[at]);
            bands[i + 1] = std::fabs(fine[at] - middle[at]);
            bands[i + 2] = std::fabs(middle[at] - coarse[at]);
            const float left = above[x] + 2.0f * here[x] + below[x];
            const float right = above[x + 2] + 2.0f * here[x + 2] + below[x + 2];
            const float top = above[x] + 2.0f * above[x + 1] + above[x + 2];
            const float bottom = below[x] + 2.0f * below[x + 1] + below[x + 2];
            const float diagonal = below[x + 2] - below[x] - above[x + 2] + above[x];
            directions[i] = std::fabs(right - left) * (1.0f / 8.0f);
            directions[i + 1] = std::fabs(bottom - top) * (1.0f / 8.0f);
            directions[i + 2] = std::fabs(diagonal) * (1.0f / 4.0f);
        }
    }
    return found;
}

}  // namespace pickout
