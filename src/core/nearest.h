#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

struct Nearest {
    std::vector<float> distance;  // Euclidean; infinity without anchors
    std::vector<int32_t> index;   // of the nearest anchor, the first of equals; -1 without anchors
};

// points: (n, channels). anchors: (n_anchors, channels).
Nearest nearest(const float* points, size_t n, const float* anchors, size_t n_anchors,
                size_t channels);

}  // namespace pickout
