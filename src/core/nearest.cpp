#include "nearest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pickout {

std::vector<float> nearest(const float* points, size_t n, const float* anchors, size_t n_anchors,
                           size_t channels) {
    std::vector<float> found(n, std::numeric_limits<float>::infinity());
    // Anchors outside, points inside: the inner loop runs over memory in order.
    for (size_t j = 0; j < n_anchors; ++j) {
        const float* anchor = anchors + j * channels;
        for (size_t i = 0; i < n; ++i) {
            float squared = 0.0f;
            for (size_t k = 0; k < channels; ++k) {
                const float difference = points[i * channels + k] - anchor[k];
                squared += difference * difference;
            }
            found[i] = std::min(found[i], squared);
        }
    }
    for (float& d : found) d = std::sqrt(d);
    return found;
}

}  // namespace pickout
