#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// A field says how far inside (> 0) or outside (< 0) every pixel is; +-127 means certainly.
struct FieldView {
    const int8_t* values;
    int32_t height, width;
};

// Typical colours inside and outside the object near every pixel of a small picture, RGB.
struct LocalColours {
    const float* inside;   // (height, width, 3)
    const float* outside;  // (height, width, 3)
    int32_t height, width;
};

// The field at the size of `image` (height, width, 3). Where the coarse field is certain it is
// copied; near the outline it is interpolated and moved by what the pixel's own colour says:
// its place on the line between the two local colours, trusted the more the further they differ.
// trust: 0 (interpolate only) … 1. noise: difference of colours below which they say little.
std::vector<int8_t> enlarge(const FieldView& field, const uint8_t* image, int32_t height,
                            int32_t width, const LocalColours& colours, float trust, float noise);

}  // namespace pickout
