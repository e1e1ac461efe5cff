// Parts are joined run by run: a run is what is inside along a row without a gap. Masks have few.
#include "tidy.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "bounding_box.h"

namespace pickout {
namespace {

struct Run {
    int32_t row, first, end;
};

class Parts {
  public:
    explicit Parts(bool by_corners) : reach_(by_corners ? 1 : 0) {}

    std::vector<Run> runs;

    // Takes runs from top to bottom and left to right, and joins those that touch.
    void add(const Run& run) {
        if (runs.empty() || runs.back().row != run.row) next_row(run.row);
        const int32_t number = static_cast<int32_t>(runs.size());
        runs.push_back(run);
        parent_.push_back(number);
        while (above_ < above_end_ && runs[above_].end + reach_ <= run.first) ++above_;
        for (size_t k = above_; k < above_end_ && runs[k].first < run.end + reach_; ++k)
            unite(static_cast<int32_t>(k), number);
    }

    // The run that holds a pixel, the number of runs if none does.
    size_t run_at(const Pixel& pixel) const {
        const auto found = std::upper_bound(
            runs.begin(), runs.end(), pixel, [](const Pixel& p, const Run& run) {
                return p.y < run.row || (p.y == run.row && p.x < run.end);
            });
        const bool holds = found != runs.end() && found->row == pixel.y && found->first <= pixel.x;
        return holds ? found - runs.begin() : runs.size();
    }

    std::vector<int64_t> areas() {
        std::vector<int64_t> area(runs.size(), 0);
        for (size_t k = 0; k < runs.size(); ++k) area[part(k)] += runs[k].end - runs[k].first;
        return area;
    }

    int32_t part(size_t run) {
        int32_t root = static_cast<int32_t>(run);
        while (parent_[root] != root) root = parent_[root] = parent_[parent_[root]];
        return root;
    }

  private:
    void next_row(int32_t row) {
        const bool is_next = !runs.empty() && runs.back().row + 1 == row;
        above_ = is_next ? row_begin_ : runs.size();
        above_end_ = runs.size();
        row_begin_ = runs.size();
    }

    void unite(int32_t one, int32_t other) {
        one = part(one), other = part(other);
        parent_[std::max(one, other)] = std::min(one, other);
    }

    int32_t reach_;
    std::vector<int32_t> parent_;
    size_t above_ = 0, above_end_ = 0, row_begin_ = 0;
};

constexpr uint64_t kAll = 0x0101010101010101;  // eight pixels inside

uint64_t eight(const bool* row, const bool* other, int32_t x) {
    uint64_t word, more = 0;
    std::memcpy(&word, row + x, 8);
    if (other) std::memcpy(&more, other + x, 8);
    return word | more;
}

// Adds the runs of what is inside `row`, or inside `other` if there is one.
void add_runs(Parts& parts, const bool* row, const bool* other, int32_t y, int32_t x0, int32_t x1) {
    int32_t x = x0, first = -1;
    while (x < x1) {
        if (x + 8 <= x1 && eight(row, other, x) == (first < 0 ? 0 : kAll)) {
            x += 8;
            continue;
        }
        for (const int32_t stop = std::min(x + 8, x1); x < stop; ++x) {
            const bool inside = row[x] || (other && other[x]);
            if (inside && first < 0) first = x;
            if (inside || first < 0) continue;
            parts.add({y, first, x});
            first = -1;
        }
    }
    if (first >= 0) parts.add({y, first, x1});
}

Parts parts_of(const Masks& masks, const bool* other, const Part& window) {
    Parts parts(true);
    for (int32_t y = window.y0; y < window.y1; ++y) {
        const size_t at = size_t(y) * masks.width;
        add_runs(parts, masks.mask + at, other ? other + at : nullptr, y, window.x0, window.x1);
    }
    return parts;
}

// The gaps between runs, and those at the sides of the window.
Parts gaps_between(const std::vector<Run>& runs, const Part& window) {
    Parts gaps(false);
    size_t next = 0;
    for (int32_t y = window.y0; y < window.y1; ++y) {
        int32_t x = window.x0;
        for (; next < runs.size() && runs[next].row == y; ++next) {
            if (x < runs[next].first) gaps.add({y, x, runs[next].first});
            x = runs[next].end;
        }
        if (x < window.x1) gaps.add({y, x, window.x1});
    }
    return gaps;
}

// Whether the mask holds a pixel of the part that lies in the picture.
bool any_inside(const Masks& masks, int32_t x0, int32_t y0, int32_t x1, int32_t y1) {
    x0 = std::max(x0, 0), x1 = std::min(x1, masks.width);
    for (int32_t y = std::max(y0, 0); y < std::min(y1, masks.height); ++y) {
        const bool* row = masks.mask + size_t(y) * masks.width;
        if (std::any_of(row + x0, row + std::max(x0, x1), [](bool inside) { return inside; }))
            return true;
    }
    return false;
}

// Whether a run hangs together with something beyond the window.
bool leaves(const Run& run, const Masks& masks, const Part& window) {
    const int32_t y = run.row, left = run.first - 1, right = run.end + 1;
    return (run.first == window.x0 && any_inside(masks, left, y - 1, run.first, y + 2)) ||
           (run.end == window.x1 && any_inside(masks, run.end, y - 1, right, y + 2)) ||
           (y == window.y0 && any_inside(masks, left, y - 1, right, y)) ||
           (y + 1 == window.y1 && any_inside(masks, left, y + 1, right, y + 2));
}

// For every part whether it is to become what it was.
std::vector<uint8_t> staying(Parts& both, const Masks& masks, const Part& window,
                             const Pixel& click) {
    const size_t n = both.runs.size();
    std::vector<uint8_t> is_old(n, 0), leaving(n, 0), is_reached(n, 0);
    for (size_t k = 0; k < n; ++k) {
        const Run& run = both.runs[k];
        const int32_t part = both.part(k);
        const bool* old = masks.earlier + size_t(run.row) * masks.width;
        if (!is_old[part]) is_old[part] = first_inside(old, run.first, run.end) < size_t(run.end);
        leaving[part] |= leaves(run, masks, window);
    }
    const size_t clicked = both.run_at(click);
    if (clicked < n) is_reached[both.part(clicked)] = 1;
    bool reaches_outside = false;
    for (size_t k = 0; k < n; ++k) reaches_outside |= leaving[k] && is_reached[k];
    const bool adds = masks.mask[size_t(click.y) * masks.width + click.x];
    std::vector<uint8_t> stays(n, 0);
    for (size_t k = 0; k < n; ++k) {
        const bool may_stay = is_old[k] || !adds;
        stays[k] = may_stay && !is_reached[k] && !(reaches_outside && leaving[k]);
    }
    return stays;
}

bool restore(Parts& both, const std::vector<uint8_t>& stays, const Masks& masks) {
    bool changed = false;
    for (size_t k = 0; k < both.runs.size(); ++k) {
        if (!stays[both.part(k)]) continue;
        const Run& run = both.runs[k];
        const size_t at = size_t(run.row) * masks.width + run.first;
        const size_t length = run.end - run.first;
        changed |= std::memcmp(masks.mask + at, masks.earlier + at, length) != 0;
        std::memcpy(masks.mask + at, masks.earlier + at, length);
    }
    return changed;
}

// Marks those parts of `now` that lie in parts of `both` that stay.
void mark_staying(Parts& now, Parts& both, const std::vector<uint8_t>& stays,
                  std::vector<uint8_t>& is_kept) {
    size_t around = 0;
    for (size_t k = 0; k < now.runs.size(); ++k) {
        const Run& run = now.runs[k];
        while (both.runs[around].row < run.row || both.runs[around].end <= run.first) ++around;
        if (stays[both.part(around)]) is_kept[now.part(k)] = 1;
    }
}

void write(const Run& run, const Masks& masks, bool value) {
    std::memset(masks.mask + size_t(run.row) * masks.width + run.first, value, run.end - run.first);
}

void keep(Parts& parts, const std::vector<Pixel>& pixels, std::vector<uint8_t>& is_kept) {
    for (const Pixel& pixel : pixels) {
        const size_t run = parts.run_at(pixel);
        if (run < parts.runs.size()) is_kept[parts.part(run)] = 1;
    }
}

// Takes specks out, and returns the runs that are left.
std::vector<Run> drop_specks(Parts& now, const std::vector<uint8_t>& is_kept, const Masks& masks,
                             int64_t speck, int64_t largest) {
    const std::vector<int64_t> area = now.areas();
    for (int64_t one : area) largest = std::max(largest, one);
    std::vector<Run> left;
    for (size_t k = 0; k < now.runs.size(); ++k) {
        const int32_t part = now.part(k);
        if (is_kept[part] || area[part] >= speck || area[part] * 100 >= largest)
            left.push_back(now.runs[k]);
        else
            write(now.runs[k], masks, false);
    }
    return left;
}

// Whether a gap touches a side of the window.
bool at_side(const Run& run, const Part& window) {
    return run.first == window.x0 || run.end == window.x1 || run.row == window.y0 ||
           run.row + 1 == window.y1;
}

bool fill_holes(Parts& gaps, Parts& now, const std::vector<uint8_t>& is_back, const Masks& masks,
                const Part& window, int64_t hole, const std::vector<Pixel>& kept) {
    const std::vector<int64_t> area = gaps.areas();
    std::vector<uint8_t> is_kept(gaps.runs.size(), 0);
    keep(gaps, kept, is_kept);
    for (size_t k = 0; k < gaps.runs.size(); ++k) {
        const Run& run = gaps.runs[k];
        const int32_t part = gaps.part(k);
        if (is_kept[part] || area[part] >= hole) continue;
        // Left of a run that touches no side lies a part of the mask: the one around, or a speck in it.
        const bool is_open = at_side(run, window);
        if (is_open || is_back[now.part(now.run_at({run.first - 1, run.row}))]) is_kept[part] = 1;
    }
    bool changed = false;
    for (size_t k = 0; k < gaps.runs.size(); ++k) {
        const int32_t part = gaps.part(k);
        if (is_kept[part] || area[part] >= hole) continue;
        write(gaps.runs[k], masks, true);
        changed = true;
    }
    return changed;
}

}  // namespace

bool tidy(const Masks& masks, const Part& window, const Pixel& click, const Limits& limits,
          const std::vector<Pixel>& kept) {
    Parts both(true);
    std::vector<uint8_t> stays;
    int64_t largest = 0;
    bool changed = false;
    if (masks.earlier) {
        both = parts_of(masks, masks.earlier, window);
        stays = staying(both, masks, window, click);
        for (int64_t area : both.areas()) largest = std::max(largest, area);
        changed = restore(both, stays, masks);
    }
    Parts now = parts_of(masks, nullptr, window);
    std::vector<uint8_t> is_back(now.runs.size(), 0);
    if (masks.earlier) mark_staying(now, both, stays, is_back);
    std::vector<uint8_t> is_kept = is_back;
    for (size_t k = 0; k < now.runs.size(); ++k)
        if (leaves(now.runs[k], masks, window)) is_kept[now.part(k)] = 1;
    keep(now, kept, is_kept);
    const std::vector<Run> left = drop_specks(now, is_kept, masks, limits.speck, largest);
    changed |= left.size() < now.runs.size();
    if (limits.hole == 0) return changed;
    Parts gaps = gaps_between(left, window);
    return fill_holes(gaps, now, is_back, masks, window, limits.hole, kept) || changed;
}

}  // namespace pickout
