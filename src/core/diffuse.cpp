#include "diffuse.h"

#include <algorithm>

namespace pickout {
namespace {

// One step with the number of channels known to the compiler, so that the inner loop is unrolled. Four fill one vector register; more were measured to be slower.
template <int Channels>
void step(const Graph& graph, const float* arc_weight, const float* inverse, const float* from,
          float* to) {
    for (int32_t i = 0; i < graph.n_nodes(); ++i) {
        float sum[Channels];
        for (int k = 0; k < Channels; ++k) sum[k] = from[i * size_t{Channels} + k];
        for (int32_t arc = graph.start[i]; arc < graph.start[i + 1]; ++arc) {
            const float* other = from + graph.neighbour[arc] * size_t{Channels};
            for (int k = 0; k < Channels; ++k) sum[k] += arc_weight[arc] * other[k];
        }
        for (int k = 0; k < Channels; ++k) to[i * size_t{Channels} + k] = sum[k] * inverse[i];
    }
}

template <int Channels>
void diffuse_block(const Graph& graph, const float* arc_weight, const float* inverse, float* values,
                   int32_t channels, int32_t offset, int32_t used, int32_t steps) {
    const size_t n = graph.n_nodes();
    std::vector<float> from(n * Channels, 0.0f), to(n * Channels);
    for (size_t i = 0; i < n; ++i)
        std::copy_n(values + i * channels + offset, used, from.data() + i * Channels);
    for (int32_t s = 0; s < steps; ++s) {
        step<Channels>(graph, arc_weight, inverse, from.data(), to.data());
        from.swap(to);
    }
    for (size_t i = 0; i < n; ++i)
        std::copy_n(from.data() + i * Channels, used, values + i * channels + offset);
}

}  // namespace

std::vector<float> diffuse(const Graph& graph, const float* affinity, const float* values,
                           int32_t channels, int32_t steps) {
    const int32_t n = graph.n_nodes();
    std::vector<float> arc_weight(graph.neighbour.size()), inverse(n);
    for (int32_t i = 0; i < n; ++i) {
        float total = 1.0f;
        for (int32_t arc = graph.start[i]; arc < graph.start[i + 1]; ++arc)
            total += arc_weight[arc] = affinity[graph.edge[arc]];
        inverse[i] = 1.0f / total;
    }
    std::vector<float> result(values, values + static_cast<size_t>(n) * channels);
    for (int32_t offset = 0; offset < channels;) {
        const int32_t left = channels - offset;
        const auto run = [&](auto block, int32_t used) {
            diffuse_block<decltype(block)::value>(graph, arc_weight.data(), inverse.data(),
                                                  result.data(), channels, offset, used, steps);
            offset += used;
        };
        if (left > 1) run(std::integral_constant<int, 4>{}, std::min(left, 4));
        else run(std::integral_constant<int, 1>{}, 1);
    }
    return result;
}

}  // namespace pickout
