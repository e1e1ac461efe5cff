// Watershed by flooding from the regional minima, with one first-in-first-out queue per level
// (Meyer 1991). 256 levels make the queue a bucket array, so the cost is linear in the pixels.
#include "watershed.h"

#include <algorithm>
#include <array>

#include "neighbours.h"

namespace pickout {
namespace {

// Number every plateau from which no pixel is lower; other pixels stay at -1.
int32_t label_minima(const uint8_t* relief, int32_t height, int32_t width,
                     std::vector<int32_t>& labels) {
    const int32_t n_pixels = height * width;
    std::vector<int32_t> plateau;
    std::vector<uint8_t> seen(n_pixels, 0);
    int32_t n = 0;
    for (int32_t p = 0; p < n_pixels; ++p) {
        if (seen[p]) continue;
        plateau.assign(1, p);
        seen[p] = 1;
        bool is_minimum = true;
        for (size_t head = 0; head < plateau.size(); ++head) {
            for_neighbours4(plateau[head], height, width, [&](int32_t q) {
                if (relief[q] < relief[p]) is_minimum = false;
                if (relief[q] == relief[p] && !seen[q]) {
                    seen[q] = 1;
                    plateau.push_back(q);
                }
            });
        }
        if (!is_minimum) continue;
        for (int32_t q : plateau) labels[q] = n;
        ++n;
    }
    return n;
}

// Linked lists through one array: a queue per level without allocation.
class BucketQueue {
  public:
    explicit BucketQueue(int32_t n) : next_(n, -1) {
        head_.fill(-1);
        tail_.fill(-1);
    }
    void push(int level, int32_t item) {
        if (head_[level] < 0) head_[level] = item;
        else next_[tail_[level]] = item;
        tail_[level] = item;
        next_[item] = -1;
    }
    bool empty(int level) const { return head_[level] < 0; }
    int32_t pop(int level) {
        const int32_t item = head_[level];
        head_[level] = next_[item];
        return item;
    }

  private:
    std::vector<int32_t> next_;
    std::array<int32_t, 256> head_, tail_;
};

}  // namespace

Basins watershed(const uint8_t* relief, int32_t height, int32_t width) {
    const int32_t n_pixels = height * width;
    Basins basins;
    basins.labels.assign(n_pixels, -1);
    auto& labels = basins.labels;
    basins.n = label_minima(relief, height, width, labels);
    BucketQueue queue(n_pixels);
    for (int32_t p = 0; p < n_pixels; ++p)
        if (labels[p] >= 0) queue.push(relief[p], p);
    for (int level = 0; level < 256;) {
        if (queue.empty(level)) {
            ++level;
            continue;
        }
        const int32_t p = queue.pop(level);
        for_neighbours4(p, height, width, [&](int32_t q) {
            if (labels[q] >= 0) return;
            labels[q] = labels[p];
            queue.push(std::max<int>(relief[q], level), q);
        });
    }
    return basins;
}

}  // namespace pickout
