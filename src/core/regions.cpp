#include "regions.h"

namespace pickout {

std::vector<float> region_means(const int32_t* labels, int64_t n_pixels, int32_t n,
                                const float* values, int32_t channels) {
    std::vector<double> sum(static_cast<size_t>(n) * channels, 0.0);
    std::vector<int32_t> count(n, 0);
    for (int64_t p = 0; p < n_pixels; ++p) {
        double* row = sum.data() + static_cast<size_t>(labels[p]) * channels;
        const float* value = values + p * channels;
        ++count[labels[p]];
        for (int32_t k = 0; k < channels; ++k) row[k] += value[k];
    }
    std::vector<float> mean(sum.size(), 0.0f);
    for (int32_t i = 0; i < n; ++i)
        for (int32_t k = 0; k < channels && count[i] > 0; ++k)
            mean[static_cast<size_t>(i) * channels + k] =
                static_cast<float>(sum[static_cast<size_t>(i) * channels + k] / count[i]);
    return mean;
}

}  // namespace pickout
