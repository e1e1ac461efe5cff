// Watershed by flooding from the regional minima, with one first-in-first-out queue per level
// (Meyer 1991). 256 levels make the queue a bucket array, so the cost is linear in the pixels.
#include "watershed.h"

#include <algorithm>
#include <array>

namespace pickout {
namespace {

// A relief with a wall around it, one pixel wide: nobody need ask where the picture ends.
struct Walled {
    int32_t height, width, across;
    std::vector<uint8_t> relief;

    Walled(const uint8_t* values, int32_t h, int32_t w)
        : height(h), width(w), across(w + 2),
          relief(static_cast<size_t>(h + 2) * (w + 2), uint8_t{255}) {
        for (int32_t y = 0; y < h; ++y)
            std::copy_n(values + static_cast<size_t>(y) * w, w, relief.data() + row(y));
    }
    // Where the first pixel of a row lies.
    int32_t row(int32_t y) const { return (y + 1) * across + 1; }
    std::array<int32_t, 4> around(int32_t p) const {
        return {p - across, p + across, p - 1, p + 1};
    }
    // Values that are `inside` for pixels and `wall` around them.
    template <typename Value>
    std::vector<Value> map(Value inside, Value wall) const {
        std::vector<Value> values(relief.size(), wall);
        for (int32_t y = 0; y < height; ++y) std::fill_n(values.data() + row(y), width, inside);
        return values;
    }
    template <typename Visit>
    void for_pixels(Visit&& visit) const {
        for (int32_t y = 0; y < height; ++y)
            for (int32_t p = row(y); p < row(y) + width; ++p) visit(p);
    }
};

// Gathers the plateau around a pixel; tells whether no pixel beside it is lower.
bool gather(const Walled& ground, int32_t p, std::vector<uint8_t>& seen,
            std::vector<int32_t>& plateau) {
    const auto& relief = ground.relief;
    plateau.assign(1, p);
    seen[p] = 1;
    bool is_minimum = true;
    for (size_t head = 0; head < plateau.size(); ++head) {
        for (int32_t q : ground.around(plateau[head])) {
            if (relief[q] < relief[p]) is_minimum = false;
            if (relief[q] == relief[p] && !seen[q]) {
                seen[q] = 1;
                plateau.push_back(q);
            }
        }
    }
    return is_minimum;
}

// Number every plateau from which no pixel is lower; other pixels stay at -1.
int32_t label_minima(const Walled& ground, std::vector<int32_t>& labels) {
    auto seen = ground.map<uint8_t>(0, 1);
    std::vector<int32_t> plateau;
    int32_t n = 0;
    ground.for_pixels([&](int32_t p) {
        if (seen[p] || !gather(ground, p, seen, plateau)) return;
        for (int32_t q : plateau) labels[q] = n;
        ++n;
    });
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
    const Walled ground(relief, height, width);
    auto labels = ground.map<int32_t>(-1, 0);
    Basins basins;
    basins.n = label_minima(ground, labels);
    BucketQueue queue(static_cast<int32_t>(labels.size()));
    ground.for_pixels([&](int32_t p) {
        if (labels[p] >= 0) queue.push(ground.relief[p], p);
    });
    for (int level = 0; level < 256;) {
        if (queue.empty(level)) {
            ++level;
            continue;
        }
        const int32_t p = queue.pop(level);
        for (int32_t q : ground.around(p)) {
            if (labels[q] >= 0) continue;
            labels[q] = labels[p];
            queue.push(std::max<int>(ground.relief[q], level), q);
        }
    }
    basins.labels.reserve(static_cast<size_t>(height) * width);
    ground.for_pixels([&](int32_t p) { basins.labels.push_back(labels[p]); });
    return basins;
}

}  // namespace pickout
