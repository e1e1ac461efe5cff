#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Boosted oblivious trees: on each level a tree asks one question of every sample, so that its
// `depth` answers are the bits of the leaf's number.
struct Forest {
    const int32_t* feature;   // (trees, depth)
    const float* threshold;   // (trees, depth); the answer is value > threshold
    const float* leaf;        // (trees, 2^depth)
    int32_t trees, depth;
    float bias;
};

// Sum of the leaves for each sample. features: (n_features, n), one row per feature.
// Throws std::invalid_argument if a tree asks for a feature that is not there.
std::vector<float> evaluate(const Forest& forest, const float* features, int32_t n_features,
                            int64_t n);

}  // namespace pickout
