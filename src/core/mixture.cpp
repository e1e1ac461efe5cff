#include "mixture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "wide.h"

namespace pickout {
namespace {

constexpr double LOG_TWO_PI = 1.8378770664093453;

// Sums over the colours of one part: how much they count, and their products.
struct Sums {
    double weight = 0.0;
    std::array<double, 3> first{};
    std::array<double, 6> second{};  // LL, La, Lb, aa, ab, bb
};

// One Gaussian: log density = bias - |lower^-1 (colour - mean)|^2, the halves taken in.
struct Gaussian {
    float bias;
    std::array<float, 3> mean;
    std::array<float, 6> inverse;  // of the covariance's lower triangle, rows one after another
};

// The colours that count, channel by channel, and the part that each belongs to.
struct Samples {
    std::array<std::vector<float>, 3> channel;
    std::vector<float> weight;
    std::vector<int> part;
};

Samples counted(const float* colours, const float* weight, size_t n) {
    Samples samples;
    for (size_t i = 0; i < n; ++i) {
        if (!(weight[i] > 0.0f)) continue;
        for (int k = 0; k < 3; ++k) samples.channel[k].push_back(colours[3 * i + k]);
        samples.weight.push_back(weight[i]);
    }
    samples.part.assign(samples.weight.size(), 0);
    return samples;
}

std::vector<Sums> sums_of(const Samples& samples, int parts) {
    std::vector<Sums> sums(parts);
    for (size_t i = 0; i < samples.weight.size(); ++i) {
        Sums& sum = sums[samples.part[i]];
        const double w = samples.weight[i];
        const double l = samples.channel[0][i], a = samples.channel[1][i],
                     b = samples.channel[2][i];
        sum.weight += w;
        sum.first[0] += w * l;
        sum.first[1] += w * a;
        sum.first[2] += w * b;
        sum.second[0] += w * l * l;
        sum.second[1] += w * l * a;
        sum.second[2] += w * l * b;
        sum.second[3] += w * a * a;
        sum.second[4] += w * a * b;
        sum.second[5] += w * b * b;
    }
    return sums;
}

// Splits the part with the widest spread along a channel; false if no part has any.
bool split_widest(Samples& samples, int parts) {
    constexpr std::array<int, 3> SQUARE = {0, 3, 5};
    const std::vector<Sums> sums = sums_of(samples, parts);
    double widest = 1e-3;
    int part = -1, channel = 0;
    float mean = 0.0f;
    for (int p = 0; p < parts; ++p)
        for (int k = 0; k < 3; ++k) {
            if (sums[p].weight <= 0.0) continue;
            const double middle = sums[p].first[k] / sums[p].weight;
            const double spread = sums[p].second[SQUARE[k]] - sums[p].first[k] * middle;
            if (spread <= widest) continue;
            widest = spread;
            part = p;
            channel = k;
            mean = static_cast<float>(middle);
        }
    if (part < 0) return false;
    for (size_t i = 0; i < samples.part.size(); ++i)
        if (samples.part[i] == part && samples.channel[channel][i] > mean) samples.part[i] = parts;
    return true;
}

Gaussian gaussian(const Sums& sums, double total, double floor) {
    Gaussian fitted;
    std::array<double, 3> mean;
    for (int k = 0; k < 3; ++k) mean[k] = sums.first[k] / sums.weight;
    std::array<double, 6> c;
    constexpr int ROW[6] = {0, 0, 0, 1, 1, 2}, COLUMN[6] = {0, 1, 2, 1, 2, 2};
    for (int k = 0; k < 6; ++k) {
        c[k] = sums.second[k] / sums.weight - mean[ROW[k]] * mean[COLUMN[k]];
        if (ROW[k] == COLUMN[k]) c[k] = std::max(c[k], 0.0) + floor;
    }
    // Cholesky: the lower triangle, then its inverse. Rounding may not turn a square negative.
    const double l00 = std::sqrt(c[0]);
    const double l10 = c[1] / l00, l20 = c[2] / l00;
    const double l11 = std::sqrt(std::max(c[3] - l10 * l10, 0.5 * floor));
    const double l21 = (c[4] - l20 * l10) / l11;
    const double l22 = std::sqrt(std::max(c[5] - l20 * l20 - l21 * l21, 0.5 * floor));
    const double half = std::sqrt(0.5);
    const double i00 = half / l00, i11 = half / l11, i22 = half / l22;
    const double i10 = -l10 * i00 / l11;
    const double i20 = -(l20 * i00 + l21 * i10) / l22, i21 = -l21 * i11 / l22;
    const std::array<double, 6> inverse = {i00, i10, i11, i20, i21, i22};
    for (int k = 0; k < 6; ++k) fitted.inverse[k] = static_cast<float>(inverse[k]);
    for (int k = 0; k < 3; ++k) fitted.mean[k] = static_cast<float>(mean[k]);
    fitted.bias = static_cast<float>(std::log(sums.weight / total) - std::log(l00 * l11 * l22) -
                                     1.5 * LOG_TWO_PI);
    return fitted;
}

std::vector<Gaussian> fit(const Samples& samples, int parts, double floor) {
    const std::vector<Sums> sums = sums_of(samples, parts);
    double total = 0.0;
    for (const Sums& sum : sums) total += sum.weight;
    std::vector<Gaussian> fitted;
    for (const Sums& sum : sums)
        if (sum.weight > 0.0) fitted.push_back(gaussian(sum, total, floor));
    return fitted;
}

PICKOUT_WIDE void log_density(const Gaussian& g, const float* l, const float* a, const float* b,
                              size_t n, float* density) {
    for (size_t i = 0; i < n; ++i) {
        const float dl = l[i] - g.mean[0], da = a[i] - g.mean[1], db = b[i] - g.mean[2];
        const float x = g.inverse[0] * dl;
        const float y = g.inverse[1] * dl + g.inverse[2] * da;
        const float z = g.inverse[3] * dl + g.inverse[4] * da + g.inverse[5] * db;
        density[i] = g.bias - (x * x + y * y + z * z);
    }
}

void join_likeliest(Samples& samples, const std::vector<Gaussian>& mixture) {
    const size_t n = samples.weight.size();
    samples.part.assign(n, 0);
    std::vector<float> best(n, -std::numeric_limits<float>::infinity()), density(n);
    for (size_t p = 0; p < mixture.size(); ++p) {
        log_density(mixture[p], samples.channel[0].data(), samples.channel[1].data(),
                    samples.channel[2].data(), n, density.data());
        for (size_t i = 0; i < n; ++i)
            if (density[i] > best[i]) {
                best[i] = density[i];
                samples.part[i] = static_cast<int>(p);
            }
    }
}

// log of the sum of the mixture's densities at every colour.
std::vector<float> everywhere(const std::vector<Gaussian>& mixture, const float* colours,
                              size_t n) {
    std::array<std::vector<float>, 3> channel;
    for (int k = 0; k < 3; ++k) {
        channel[k].resize(n);
        for (size_t i = 0; i < n; ++i) channel[k][i] = colours[3 * i + k];
    }
    std::vector<std::vector<float>> density(mixture.size(), std::vector<float>(n));
    for (size_t p = 0; p < mixture.size(); ++p)
        log_density(mixture[p], channel[0].data(), channel[1].data(), channel[2].data(), n,
                    density[p].data());
    std::vector<float> sum(n);
    for (size_t i = 0; i < n; ++i) {
        float most = density[0][i], total = 0.0f;
        for (const auto& part : density) most = std::max(most, part[i]);
        for (const auto& part : density) total += std::exp(part[i] - most);
        sum[i] = most + std::log(total);
    }
    return sum;
}

}  // namespace

std::vector<float> mixture_density(const float* colours, const float* weight, size_t n, int parts,
                                   int rounds, float floor) {
    Samples samples = counted(colours, weight, n);
    if (samples.weight.empty()) return std::vector<float>(n, 0.0f);
    int count = 1;
    while (count < parts && split_widest(samples, count)) ++count;
    std::vector<Gaussian> mixture = fit(samples, count, floor);
    for (int k = 0; k < rounds; ++k) {
        join_likeliest(samples, mixture);
        mixture = fit(samples, static_cast<int>(mixture.size()), floor);
    }
    return everywhere(mixture, colours, n);
}

}  // namespace pickout
