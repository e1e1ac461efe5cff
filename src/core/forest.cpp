#include "forest.h"

#include <algorithm>
#include <stdexcept>

#include "wide.h"

namespace pickout {
namespace {

constexpr int64_t kBlock = 512;  // samples whose features stay in the first-level cache

// The leaf numbers of a tree of the usual depth: answers in vectors, packed to bytes.
PICKOUT_WIDE
void number_six(const float* features, int64_t n_samples, int64_t from, int64_t count,
                const int32_t* feature, const float* threshold, uint8_t* __restrict number) {
    const float* a = features + feature[0] * n_samples + from;
    const float* b = features + feature[1] * n_samples + from;
    const float* c = features + feature[2] * n_samples + from;
    const float* d = features + feature[3] * n_samples + from;
    const float* e = features + feature[4] * n_samples + from;
    const float* f = features + feature[5] * n_samples + from;
    const float ta = threshold[0], tb = threshold[1], tc = threshold[2];
    const float td = threshold[3], te = threshold[4], tf = threshold[5];
    for (int64_t i = 0; i < count; ++i) {
        const int32_t bits = (a[i] > ta ? 1 : 0) | (b[i] > tb ? 2 : 0) | (c[i] > tc ? 4 : 0) |
                             (d[i] > td ? 8 : 0) | (e[i] > te ? 16 : 0) | (f[i] > tf ? 32 : 0);
        number[i] = static_cast<uint8_t>(bits);
    }
}

// Adds the leaves of four trees, one after the other, so that a sum is loaded once for all.
void add_four(const uint8_t (*number)[kBlock], const float* leaf, int64_t leaves, int64_t count,
              float* __restrict out) {
    const float *a = leaf, *b = a + leaves, *c = b + leaves, *d = c + leaves;
    for (int64_t i = 0; i < count; ++i)
        out[i] = out[i] + a[number[0][i]] + b[number[1][i]] + c[number[2][i]] + d[number[3][i]];
}

void add_one(const uint8_t* number, const float* leaf, int64_t count, float* __restrict out) {
    for (int64_t i = 0; i < count; ++i) out[i] += leaf[number[i]];
}

void add_trees_of_six(const Forest& forest, const float* features, int64_t n_samples, int64_t from,
                      int64_t count, float* out) {
    constexpr int64_t leaves = 64;
    uint8_t number[4][kBlock];
    for (int32_t t = 0; t < forest.trees;) {
        const int32_t together = t + 4 <= forest.trees ? 4 : 1;
        for (int32_t k = 0; k < together; ++k)
            number_six(features, n_samples, from, count, forest.feature + (t + k) * 6,
                       forest.threshold + (t + k) * 6, number[k]);
        const float* leaf = forest.leaf + t * leaves;
        if (together == 4) add_four(number, leaf, leaves, count, out);
        else add_one(number[0], leaf, count, out);
        t += together;
    }
}

void add_trees(const Forest& forest, const float* features, int64_t n_samples, int64_t from,
               int64_t count, float* out) {
    for (int32_t t = 0; t < forest.trees; ++t) {
        const size_t at = static_cast<size_t>(t) * forest.depth;
        const float* leaf = forest.leaf + (static_cast<size_t>(t) << forest.depth);
        for (int64_t i = 0; i < count; ++i) {
            int32_t number = 0;
            for (int32_t d = 0; d < forest.depth; ++d) {
                const float value = features[forest.feature[at + d] * n_samples + from + i];
                number |= value > forest.threshold[at + d] ? 1 << d : 0;
            }
            out[i] += leaf[number];
        }
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
        if (forest.depth == 6) add_trees_of_six(forest, features, n, from, count, &out[from]);
        else add_trees(forest, features, n, from, count, &out[from]);
    }
    return out;
}

}  // namespace pickout
