#include "adjacency.h"

#include <algorithm>

namespace pickout {
namespace {

// Finds the number of the edge between two regions, or makes a new one. Edges hang in one linked
// list per region (the one with the smaller number): lists are short, since graphs are planar.
class EdgeTable {
  public:
    explicit EdgeTable(int32_t n) : head_(n, -1) {}

    int32_t find_or_add(int32_t a, int32_t b) {
        if (a > b) std::swap(a, b);
        for (int32_t e = head_[a]; e >= 0; e = next_[e])
            if (second[e] == b) return e;
        const int32_t added = static_cast<int32_t>(first.size());
        first.push_back(a);
        second.push_back(b);
        next_.push_back(head_[a]);
        head_[a] = added;
        return added;
    }

    std::vector<int32_t> first, second;

  private:
    std::vector<int32_t> head_, next_;
};

}  // namespace

Adjacency adjacency(const int32_t* labels, int32_t height, int32_t width, int32_t n,
                    const float* maps, int32_t n_maps) {
    EdgeTable edges(n);
    std::vector<float> length, strongest;
    std::vector<double> sum;
    const int32_t n_pixels = height * width;
    auto meet = [&](int32_t p, int32_t q) {
        if (labels[p] == labels[q]) return;
        const size_t e = edges.find_or_add(labels[p], labels[q]);
        if (e == length.size()) {
            length.push_back(0.0f);
            sum.resize(sum.size() + n_maps, 0.0);
            strongest.resize(strongest.size() + n_maps, -3.4e38f);
        }
        length[e] += 1.0f;
        for (int32_t k = 0; k < n_maps; ++k) {
            const float* map = maps + static_cast<size_t>(k) * n_pixels;
            const float value = std::max(map[p], map[q]);
            sum[e * n_maps + k] += value;
            strongest[e * n_maps + k] = std::max(strongest[e * n_maps + k], value);
        }
    };
    for (int32_t row = 0; row < height; ++row) {
        for (int32_t column = 0; column < width; ++column) {
            const int32_t p = row * width + column;
            if (column + 1 < width) meet(p, p + 1);
            if (row + 1 < height) meet(p, p + width);
        }
    }
    std::vector<float> mean(sum.size());
    for (size_t i = 0; i < sum.size(); ++i)
        mean[i] = static_cast<float>(sum[i] / length[i / n_maps]);
    return {Graph(n, std::move(edges.first), std::move(edges.second)), std::move(length),
            std::move(mean), std::move(strongest)};
}

}  // namespace pickout
