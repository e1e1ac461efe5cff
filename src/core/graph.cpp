#include "graph.h"

#include <stdexcept>

namespace pickout {

Graph::Graph(int32_t n, std::vector<int32_t> ends_a, std::vector<int32_t> ends_b)
    : first(std::move(ends_a)), second(std::move(ends_b)) {
    if (n < 0) throw std::invalid_argument("a graph cannot have fewer than 0 nodes");
    if (first.size() != second.size())
        throw std::invalid_argument("first and second must have the same length");
    if (first.size() > INT32_MAX / 2) throw std::invalid_argument("too many edges");
    start.assign(static_cast<size_t>(n) + 1, 0);
    for (size_t e = 0; e < first.size(); ++e) {
        const int32_t a = first[e], b = second[e];
        if (a < 0 || b < 0 || a >= n || b >= n)
            throw std::invalid_argument("an edge ends at a node that does not exist");
        if (a == b) throw std::invalid_argument("an edge joins a node with itself");
        ++start[a + 1];
        ++start[b + 1];
    }
    for (int32_t i = 0; i < n; ++i) start[i + 1] += start[i];
    neighbour.resize(2 * first.size());
    edge.resize(neighbour.size());
    reverse.resize(neighbour.size());
    std::vector<int32_t> next(start.begin(), start.end() - 1);
    for (size_t e = 0; e < first.size(); ++e) {
        const int32_t forth = next[first[e]]++, back = next[second[e]]++;
        neighbour[forth] = second[e];
        neighbour[back] = first[e];
        edge[forth] = edge[back] = static_cast<int32_t>(e);
        reverse[forth] = back;
        reverse[back] = forth;
    }
}

}  // namespace pickout
