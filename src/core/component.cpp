#include "component.h"

#include <stdexcept>

namespace pickout {

std::vector<uint8_t> component(const Graph& graph, const bool* inside, const int32_t* seeds,
                               size_t n_seeds) {
    std::vector<uint8_t> reached(graph.n_nodes(), 0);
    std::vector<int32_t> open;
    auto visit = [&](int32_t node) {
        if (!inside[node] || reached[node]) return;
        reached[node] = 1;
        open.push_back(node);
    };
    for (size_t i = 0; i < n_seeds; ++i) {
        if (seeds[i] < 0 || seeds[i] >= graph.n_nodes())
            throw std::invalid_argument("a seed is not a node");
        visit(seeds[i]);
    }
    while (!open.empty()) {
        const int32_t node = open.back();
        open.pop_back();
        for (int32_t arc = graph.start[node]; arc < graph.start[node + 1]; ++arc)
            visit(graph.neighbour[arc]);
    }
    return reached;
}

}  // namespace pickout
