#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// CIE Lab (white D65) of n sRGB pixels: n * 3 floats, L from 0 to 100. Interpolated in a table of
// 33 values a channel: within 0.5 of the exact formula.
std::vector<float> to_lab(const uint8_t* rgb, size_t n);

// Length of the gradient over the three channels together, per pixel (Sobel / 8); beyond the
// picture's border its pixels are mirrored. values: (height, width, 3). Returns (height, width).
std::vector<float> gradient_length(const float* values, int32_t height, int32_t width);

// What the lightness does near every pixel, before averaging.
struct Details {
    std::vector<float> bands;       // (height, width, 3): |differences| from fine to coarse
    std::vector<float> directions;  // (height, width, 3): across, down, diagonal
};

// lab, and the same blurred less and more: (height, width, 3); only the lightness is looked at.
Details details(const float* lab, const float* fine, const float* middle, const float* coarse,
                int32_t height, int32_t width);

}  // namespace pickout
