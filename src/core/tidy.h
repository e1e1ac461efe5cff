#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// A window of a picture: columns [x0, x1), rows [y0, y1).
struct Part {
    int32_t x0, y0, x1, y1;
};

struct Pixel {
    int32_t x, y;
};

// Numbers of pixels.
struct Limits {
    int64_t speck, hole;
};

// A mask and the one before it (or nullptr), both of the whole picture.
struct Masks {
    bool* mask;
    const bool* earlier;
    int32_t height, width;
};

// Puts right what drawing a mask pixel by pixel leaves in a window. Parts are pixels that hang
// together, by corners, too; those that go on beyond the window hang together outside of it.
//
// 1. With an earlier mask: parts of both masks taken together that do not hang together with the
//    click become what they were; if the click adds, only those that hold something of the earlier one.
// 2. Other parts of the mask with fewer pixels than `speck`, and than a hundredth of the largest part
//    in the window, now or before, are taken out, unless they hold one of the pixels `kept` or go on
//    outside of the window.
// 3. Gaps in parts that were not put back, of fewer pixels than `hole`, are filled, unless they hold
//    one of the pixels `kept` or touch a side of the window. Corners do not join gaps.
//
// Returns whether anything has changed.
bool tidy(const Masks& masks, const Part& window, const Pixel& click, const Limits& limits,
          const std::vector<Pixel>& kept);

}  // namespace pickout
