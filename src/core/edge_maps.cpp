#include "edge_maps.h"

#include <algorithm>
#include <cmath>

namespace pickout {

std::vector<float> differences(const Graph& graph, const float* looks, int32_t channels) {
    const size_t n = graph.n_edges();
    std::vector<float> result(4 * n);
    float *colour = result.data(), *light = colour + n, *chroma = light + n, *texture = chroma + n;
    for (size_t e = 0; e < n; ++e) {
        const float* a = looks + graph.first[e] * static_cast<size_t>(channels);
        const float* b = looks + graph.second[e] * static_cast<size_t>(channels);
        const float l = a[0] - b[0], red = a[1] - b[1], yellow = a[2] - b[2];
        const float chroma_squared = red * red + yellow * yellow;
        colour[e] = std::sqrt(l * l + chroma_squared);
        light[e] = std::fabs(l);
        chroma[e] = std::sqrt(chroma_squared);
        float sum = 0.0f;
        for (int32_t k = 3; k < channels; ++k) sum += std::fabs(a[k] - b[k]);
        texture[e] = sum;
    }
    return result;
}

std::vector<float> largest_around(const Graph& graph, const float* values) {
    std::vector<float> largest(graph.n_nodes(), 0.0f);
    for (int32_t i = 0; i < graph.n_nodes(); ++i) {
        const int32_t begin = graph.start[i], end = graph.start[i + 1];
        if (begin == end) continue;
        float best = values[graph.edge[begin]];
        for (int32_t arc = begin + 1; arc < end; ++arc)
            best = std::max(best, values[graph.edge[arc]]);
        largest[i] = best;
    }
    return largest;
}

std::vector<float> sum_around(const Graph& graph, const float* values) {
    std::vector<float> sum(graph.n_nodes());
    for (int32_t i = 0; i < graph.n_nodes(); ++i) {
        double total = 0.0;
        for (int32_t arc = graph.start[i]; arc < graph.start[i + 1]; ++arc)
            total += values[graph.edge[arc]];
        sum[i] = static_cast<float>(total);
    }
    return sum;
}

}  // namespace pickout
