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

// A window of a picture, RGB.
struct ImageView {
    const uint8_t* pixels;  // the first one of the window
    int32_t height, width;  // of the window
    size_t stride;          // from one row to the next, in pixels
};

// The field at the size of `image`. Where the coarse field is certain it is copied; near the
// outline it is interpolated and moved by what the pixel's own colour says: its place on the line
// between the two local colours, trusted the more the further they differ.
// trust: 0 (interpolate only) … 1. noise: distance of two colours at which they have half of their
// say; it goes with the fourth power, so that like colours say next to nothing.
std::vector<int8_t> enlarge(const FieldView& field, const ImageView& image,
                            const LocalColours& colours, float trust, float noise);

// Where a mask is to be written, and which of its pixels: those at whose row and column `opened`
// holds; all if it is null.
struct Canvas {
    bool* mask;     // the first pixel of the window
    size_t stride;  // from one row to the next
    const bool* opened;
    int32_t opened_width;
    const int32_t *row_of, *column_of;  // of every pixel of the window, in `opened`
};

// Writes where the enlarged field is above 0. The same as `enlarge`, but places that no colour can
// move across the outline are not looked at.
void draw(const FieldView& field, const ImageView& image, const LocalColours& colours, float trust,
          float noise, const Canvas& canvas);

}  // namespace pickout
