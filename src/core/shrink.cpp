#include "shrink.h"

#include <algorithm>

#include "bounding_box.h"

namespace pickout {
namespace {

// How a sample divides between its cell and the next: counted so that a sample is as long as there
// are cells, and a cell as long as there are samples, all lengths are whole.
struct Share {
    int32_t cell, here, next;
};

std::vector<Share> shares(int32_t samples, int32_t cells) {
    std::vector<Share> result(samples);
    for (int32_t s = 0; s < samples; ++s) {
        const int64_t from = int64_t{s} * cells, to = from + cells;
        const int64_t cell = from / samples, end = (cell + 1) * samples;
        const auto next = static_cast<int32_t>(std::max<int64_t>(0, to - end));
        result[s] = {static_cast<int32_t>(cell), cells - next, next};
    }
    return result;
}

// Adds up what is inside of one row of samples, per cell (and one behind the last).
bool sum_row(const bool* row, int32_t step, const std::vector<Share>& columns,
             std::vector<int32_t>& sums) {
    size_t from = 0, to = columns.size();
    if (step == 1) {  // most of a mask is empty
        from = first_inside(row, from, to);
        to = end_inside(row, from, to);
    }
    std::fill(sums.begin(), sums.end(), 0);
    bool any = false;
    for (size_t s = from; s < to; ++s) {
        const int32_t inside = row[s * step];
        sums[columns[s].cell] += inside * columns[s].here;
        sums[columns[s].cell + 1] += inside * columns[s].next;
        any |= inside != 0;
    }
    return any;
}

}  // namespace

std::vector<uint8_t> shrink(const Samples& samples, int32_t height, int32_t width) {
    const std::vector<Share> rows = shares(samples.height, height);
    const std::vector<Share> columns = shares(samples.width, width);
    std::vector<int32_t> sums(width + 1);
    std::vector<int64_t> area(size_t(height + 1) * width, 0);
    for (int32_t s = 0; s < samples.height; ++s) {
        const bool* row = samples.first + size_t(s) * samples.step * samples.stride;
        if (!sum_row(row, samples.step, columns, sums)) continue;
        int64_t *here = &area[size_t(rows[s].cell) * width], *next = here + width;
        for (int32_t x = 0; x < width; ++x) {
            here[x] += int64_t{sums[x]} * rows[s].here;
            next[x] += int64_t{sums[x]} * rows[s].next;
        }
    }
    const int64_t whole = int64_t{samples.height} * samples.width;
    std::vector<uint8_t> inside(size_t(height) * width);
    for (size_t i = 0; i < inside.size(); ++i) inside[i] = 2 * area[i] >= whole;
    return inside;
}

}  // namespace pickout
