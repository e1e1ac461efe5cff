#include "nearest.h"

#include <cmath>
#include <limits>

namespace pickout {

Nearest nearest(const float* points, size_t n, const float* anchors, size_t n_anchors,
                size_t channels) {
    Nearest found{std::vector<float>(n, std::numeric_limits<float>::infinity()),
                  std::vector<int32_t>(n, -1)};
    // Anchors outside, points inside: the inner loop runs over memory in order.
    for (size_t j = 0; j < n_anchors; ++j) {
        const float* anchor = anchors + j * channels;
        for (size_t i = 0; i < n; ++i) {
            float squared = 0.0f;
            for (size_t k = 0; k < channels; ++k) {
                const float difference = points[i * channels + k] - anchor[k];
                squared += difference * difference;
            }
            if (squared < found.distance[i]) {
                found.distance[i] = squared;
                found.index[i] = static_cast<int32_t>(j);
            }
        }
    }
    for (float& d : found.distance) d = std::sqrt(d);
    return found;
}

}  // namespace pickout
