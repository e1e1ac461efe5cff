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

Places region_places(const int32_t* labels, int32_t height, int32_t width, int32_t n) {
    std::vector<int64_t> sum(static_cast<size_t>(n) * 2, 0);
    std::vector<int32_t> count(n, 0);
    for (int32_t y = 0; y < height; ++y) {
        const int32_t* row = labels + static_cast<size_t>(y) * width;
        for (int32_t x = 0; x < width; ++x) {
            const size_t label = row[x];
            ++count[label];
            sum[2 * label] += x;
            sum[2 * label + 1] += y;
        }
    }
    Places places{std::vector<float>(sum.size()), std::vector<float>(count.begin(), count.end())};
    for (size_t i = 0; i < sum.size(); ++i)
        if (count[i / 2] > 0)
            places.centre_xy[i] = static_cast<float>(static_cast<double>(sum[i]) / count[i / 2]);
    return places;
}

}  // namespace pickout
