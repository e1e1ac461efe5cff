#include "band_cut.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "max_flow.h"

namespace pickout {
namespace {

constexpr std::array<std::array<int32_t, 2>, 8> kSteps = {
    {{0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}}};  // row, column
constexpr double kUnit = 4096.0;     // capacities are whole numbers of 1 / kUnit
constexpr float kStrongest = 1e4f;   // evidence beyond this is as good as certain

class Band {
  public:
    Band(const uint8_t* image, const bool* band, int32_t height, int32_t width)
        : image_(image), height_(height), width_(width), node_of_(size_t(height) * width, -1) {
        for (int32_t p = 0; p < height * width; ++p) {
            if (!band[p]) continue;
            node_of_[p] = static_cast<int32_t>(pixels.size());
            pixels.push_back(p);
        }
    }

    // Calls visit(direction, pixel) for the neighbours of a pixel that lie in the picture.
    template <typename Visit>
    void for_neighbours(int32_t p, Visit&& visit) const {
        const int32_t row = p / width_, column = p - row * width_;
        for (int d = 0; d < 8; ++d) {
            const int32_t y = row + kSteps[d][0], x = column + kSteps[d][1];
            if (y >= 0 && y < height_ && x >= 0 && x < width_) visit(d, y * width_ + x);
        }
    }

    int32_t node(int32_t pixel) const { return node_of_[pixel]; }

    double difference(int32_t p, int32_t q) const {
        double squared = 0.0;
        for (int c = 0; c < 3; ++c) {
            const double d = double(image_[p * size_t{3} + c]) - image_[q * size_t{3} + c];
            squared += d * d;
        }
        return squared;
    }

    double mean_difference() const {
        double sum = 0.0;
        int64_t count = 0;
        for (int32_t p : pixels)
            for_neighbours(p, [&](int, int32_t q) {
                sum += difference(p, q);
                ++count;
            });
        return count > 0 ? sum / count : 0.0;
    }

    std::vector<int32_t> pixels;

  private:
    const uint8_t* image_;
    int32_t height_, width_;
    std::vector<int32_t> node_of_;
};

// The network of the band: arcs between its pixels, and terminals that hold the evidence and the
// pull of the decided pixels around it.
struct BandNetwork {
    std::vector<int32_t> start, neighbour, reverse;
    std::vector<int64_t> capacity, terminal;
};

BandNetwork connect(const Band& band, const bool* mask, const float* evidence, float smoothness) {
    const double scale = 2.0 * band.mean_difference() + 1e-6;
    BandNetwork net;
    const size_t n = band.pixels.size();
    net.terminal.resize(n);
    std::vector<std::array<int32_t, 8>> arc_of(n);
    net.start.push_back(0);
    for (size_t i = 0; i < n; ++i) {
        const int32_t p = band.pixels[i];
        arc_of[i].fill(-1);
        const float held = std::clamp(evidence[p], -kStrongest, kStrongest);
        net.terminal[i] = std::isnan(held) ? 0 : std::llround(held * kUnit);
        band.for_neighbours(p, [&](int d, int32_t q) {
            const double distance = d % 2 == 0 ? 1.0 : std::sqrt(2.0);
            const double weight =
                smoothness * std::exp(-band.difference(p, q) / scale) / distance;
            const int64_t capacity = std::llround(weight * kUnit);
            if (band.node(q) < 0) {
                net.terminal[i] += mask[q] ? capacity : -capacity;
                return;
            }
            arc_of[i][d] = static_cast<int32_t>(net.neighbour.size());
            net.neighbour.push_back(band.node(q));
            net.capacity.push_back(capacity);
        });
        net.start.push_back(static_cast<int32_t>(net.neighbour.size()));
    }
    net.reverse.resize(net.neighbour.size());
    for (size_t i = 0; i < n; ++i)
        for (int d = 0; d < 8; ++d)
            if (arc_of[i][d] >= 0)
                net.reverse[arc_of[i][d]] = arc_of[net.neighbour[arc_of[i][d]]][(d + 4) % 8];
    return net;
}

}  // namespace

std::vector<uint8_t> band_cut(const uint8_t* image, const bool* mask, const bool* band,
                              const float* evidence, int32_t height, int32_t width,
                              float smoothness) {
    const Band pixels(image, band, height, width);
    BandNetwork net = connect(pixels, mask, evidence, smoothness);
    Network network{net.start.data(),     net.neighbour.data(),
                    net.reverse.data(),   static_cast<int32_t>(pixels.pixels.size()),
                    std::move(net.capacity), std::move(net.terminal)};
    const Cut cut = minimum_cut(network);
    std::vector<uint8_t> result(mask, mask + size_t(height) * width);
    for (size_t i = 0; i < pixels.pixels.size(); ++i) result[pixels.pixels[i]] = cut.source_side[i];
    return result;
}

}  // namespace pickout
