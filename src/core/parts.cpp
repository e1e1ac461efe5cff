#include "parts.h"

#include <numeric>

namespace pickout {

std::vector<int32_t> parts(const Graph& graph, const bool* joined) {
    std::vector<int32_t> root(graph.n_nodes());
    std::iota(root.begin(), root.end(), 0);
    const auto find = [&](int32_t node) {
        while (root[node] != node) node = root[node] = root[root[node]];  // halve the path
        return node;
    };
    for (int32_t e = 0; e < graph.n_edges(); ++e) {
        if (!joined[e]) continue;
        const int32_t a = find(graph.first[e]), b = find(graph.second[e]);
        if (a < b) root[b] = a;
        else root[a] = b;
    }
    for (int32_t i = 0; i < graph.n_nodes(); ++i) root[i] = find(i);
    return root;
}

}  // namespace pickout
