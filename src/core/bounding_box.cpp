#include "bounding_box.h"

#include <algorithm>
#include <cstring>

namespace pickout {
namespace {

constexpr size_t kStep = 64;

// Whether any of the next pixels is inside.
bool any_inside(const bool* row) {
    uint64_t words[kStep / 8], any = 0;
    std::memcpy(words, row, sizeof words);
    for (uint64_t word : words) any |= word;
    return any != 0;
}

}  // namespace

size_t first_inside(const bool* row, size_t from, size_t to) {
    while (from + kStep <= to && !any_inside(row + from)) from += kStep;
    while (from < to && !row[from]) ++from;
    return from;
}

size_t end_inside(const bool* row, size_t from, size_t to) {
    while (from + kStep <= to && !any_inside(row + to - kStep)) to -= kStep;
    while (to > from && !row[to - 1]) --to;
    return to;
}

Box bounding_box(const bool* mask, size_t height, size_t width) {
    const size_t first = first_inside(mask, 0, height * width);
    if (first == height * width) return {};
    const size_t top = first / width;
    const size_t bottom = (end_inside(mask, first, height * width) - 1) / width + 1;
    size_t left = width, right = 0;
    for (size_t y = top; y < bottom; ++y) {
        const bool* row = mask + y * width;
        left = std::min(left, first_inside(row, 0, left));  // only what could widen the box
        right = std::max(right, end_inside(row, right, width));
    }
    return {int64_t(left), int64_t(top), int64_t(right), int64_t(bottom)};
}

}  // namespace pickout
