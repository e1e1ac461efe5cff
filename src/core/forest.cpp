#include "forest.h"

#include <algorithm>
#include <stdexcept>

#include "wide.h"

namespace pickout {
namespace {

constexpr int64_t kBlock = 512;  // samples whose features stay in the first-level cache

// The usual depth in one loop, so that leaf numbers never leave the registers.
PICKOUT_WIDE
void add_tree_of_six(const float* features, int64_t n_samples, int64_t from, int64_t count,
                     const int32_t* feature, const float* threshold, const float* leaf,
                     float* __restrict out) {
    const float* a = features + feature[0] * n_samples + from;
    const float* b = features + feature[1] * n_samples + from;
    const float* c = features + feature[2] * n_samples + from;
    const float* d = features + feature[3] * n_samples + from;
    const float* e = features + feature[4] * n_samples + from;
    const float* f = features + feature[5] * n_samples + from;
    const float ta = threshold[0], tb = threshold[1], tc = threshold[2];
    const float td = threshold[3], te = threshold[4], tf = threshold[5];
    for (int64_t i = 0; i < count; ++i) {
        const int32_t number = (a[i] > ta ? 1 : 0) | (b[i] > tb ? 2 : 0) | (c[i] > tc ? 4 : 0) |
                               (d[i] > td ? 8 : 0) | (e[i] > te ? 16 : 0) | (f[i] > tf ? 32 : 0);
        out[i] += leaf[number];
    }
}

void add_tree(const float* features, int64_t n_samples, int64_t from, int64_t count,
              const int32_t* feature, const float* threshold, const float* leaf, int32_t depth,
              float* out) {
    for (int64_t i = from; i < from + count; ++i) {
        int32_t number = 0;
        for (int32_t d = 0; d < depth; ++d)
            number |= features[feature[d] * n_samples + i] > threshold[d] ? 1 << d : 0;
        out[i - from] += leaf[number];
    }
}

}  // namespace

std::vector<float> evaluate(const Forest& forest, const float* features, int32_t n_features,
                            int64_t n) {
    const size_t questions = static_cast<size_t>(forest.trees) * forest.depth;
    for (size_t i = 0; i < questions; ++i)
        if (forest.feature[i] < 0 || forest.feature[i] >= n_features)
            throw std::invalid_argument("a tree asks for a feature that is not there");
    std::vector<float> out(n, forest.bias);
    for (int64_t from = 0; from < n; from += kBlock) {
        const int64_t count = std::min(kBlock, n - from);
        for (int32_t t = 0; t < forest.trees; ++t) {
            const size_t at = static_cast<size_t>(t) * forest.depth;
            const int32_t* feature = forest.feature + at;
            const float* threshold = forest.threshold + at;
            const float* leaf = forest.leaf + (static_cast<size_t>(t) << forest.depth);
            float* sum = out.data() + from;
            if (forest.depth == 6)
                add_tree_of_six(features, n, from, count, feature, threshold, leaf, sum);
            else
                add_tree(features, n, from, count, feature, threshold, leaf, forest.depth, sum);
        }
    }
    return out;
}

}  // namespace pickout
