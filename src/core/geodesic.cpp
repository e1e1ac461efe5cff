// Dijkstra's algorithm; with PathCost::maximum a path costs as much as its most expensive edge.
#include "geodesic.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

namespace pickout {

std::vector<float> geodesic(const Graph& graph, const float* weights, const int32_t* sources,
                            size_t n_sources, PathCost cost, float limit) {
    for (int32_t e = 0; e < graph.n_edges(); ++e)
        if (!(weights[e] >= 0.0f)) throw std::invalid_argument("weights must be 0 or more");
    using Entry = std::pair<float, int32_t>;
    std::vector<Entry> heap;
    std::vector<float> best(graph.n_nodes(), limit);
    auto later = std::greater<Entry>();
    for (size_t i = 0; i < n_sources; ++i) {
        const int32_t s = sources[i];
        if (s < 0 || s >= graph.n_nodes()) throw std::invalid_argument("a source is not a node");
        if (best[s] <= 0.0f) continue;
        best[s] = 0.0f;
        heap.emplace_back(0.0f, s);
    }
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), later);
        const auto [reached, node] = heap.back();
        heap.pop_back();
        if (reached > best[node]) continue;  // an older, dearer entry
        for (int32_t arc = graph.start[node]; arc < graph.start[node + 1]; ++arc) {
            const float step = weights[graph.edge[arc]];
            const float total = cost == PathCost::sum ? reached + step : std::max(reached, step);
            const int32_t next = graph.neighbour[arc];
            if (!(total < best[next])) continue;
            best[next] = total;
            heap.emplace_back(total, next);
            std::push_heap(heap.begin(), heap.end(), later);
        }
    }
    return best;
}

}  // namespace pickout
