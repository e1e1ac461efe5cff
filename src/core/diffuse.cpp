#include "diffuse.h"

#include <algorithm>
#include <cstring>

#include "lanes.h"

namespace pickout {
namespace {

// Twelve channels in three registers that one walk over the arcs serves.
struct Twelve {
    Four a, b, c;

    void add(float weight, const Twelve& other) {
        a.add(weight, other.a);
        b.add(weight, other.b);
        c.add(weight, other.c);
    }
    Twelve times(float factor) const { return {a.times(factor), b.times(factor), c.times(factor)}; }
};

template <typename Block>
void step(const Graph& graph, const float* arc_weight, const float* inverse, const Block* from,
          Block* __restrict to) {
    for (int32_t i = 0; i < graph.n_nodes(); ++i) {
        Block sum = from[i];
        for (int32_t arc = graph.start[i]; arc < graph.start[i + 1]; ++arc)
            sum.add(arc_weight[arc], from[graph.neighbour[arc]]);
        to[i] = sum.times(inverse[i]);
    }
}

// Diffuses `used` channels from `offset` on, padded to a block.
template <typename Block>
void diffuse_block(const Graph& graph, const float* arc_weight, const float* inverse, float* values,
                   int32_t channels, int32_t offset, int32_t used, int32_t steps) {
    const size_t n = graph.n_nodes();
    std::vector<Block> from(n, Block{}), to(n);
    for (size_t i = 0; i < n; ++i)
        std::memcpy(&from[i], values + i * channels + offset, used * sizeof(float));
    for (int32_t s = 0; s < steps; ++s) {
        step(graph, arc_weight, inverse, from.data(), to.data());
        from.swap(to);
    }
    for (size_t i = 0; i < n; ++i)
        std::memcpy(values + i * channels + offset, &from[i], used * sizeof(float));
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
        const int32_t left = channels - offset, used = std::min(left, left > 4 ? 12 : 4);
        const auto run = left > 4 ? diffuse_block<Twelve> : diffuse_block<Four>;
        run(graph, arc_weight.data(), inverse.data(), result.data(), channels, offset, used, steps);
        offset += used;
    }
    return result;
}

}  // namespace pickout
