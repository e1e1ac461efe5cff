#pragma once
#include <cstddef>
#include <vector>

namespace pickout {

// Every point's Euclidean distance to the nearest anchor; infinity without anchors.
// points: (n, channels). anchors: (n_anchors, channels).
std::vector<float> nearest(const float* points, size_t n, const float* anchors, size_t n_anchors,
                           size_t channels);

}  // namespace pickout
