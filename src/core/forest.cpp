#include "forest.h"

#include <algorithm>
#include <stdexcept>

// The same source compiled twice, once for wide registers, and chosen when the module loads.
// Comparisons and additions give the same bits in both.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define PICKOUT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PICKOUT_WIDE
#endif

namespace pickout {
namespace {

constexpr int64_t kBlock = 512;  // samples whose features stay in the first-level cache

PICKOUT_WIDE
void add_tree(const float* features, int64_t n_samples, int64_t from, int64_t count,
              const int32_t* feature, const float* threshold, const float* leaf, int32_t depth,
              float* out) {
    int32_t number[kBlock] = {};
    for (int32_t d = 0; d < depth; ++d) {
        const float* value = features + feature[d] * n_samples + from;
        const float limit = threshold[d];
        const int32_t bit = 1 << d;
        for (int64_t i = 0; i < count; ++i) number[i] |= value[i] > limit ? bit : 0;
    }
    for (int64_t i = 0; i < count; ++i) out[i] += leaf[number[i]];
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
            add_tree(features, n, from, count, forest.feature + at, forest.threshold + at,
                     forest.leaf + (static_cast<size_t>(t) << forest.depth), forest.depth,
                     out.data() + from);
        }
    }
    return out;
}

}  // namespace pickout
