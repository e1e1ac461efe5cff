// An undirected graph of regions: edge list plus compressed rows, built once and never changed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// Every edge appears twice in the rows, once from each end; such an entry is called an arc.
class Graph {
  public:
    // Throws std::invalid_argument if an end is not in [0, n) or an edge is a loop.
    Graph(int32_t n, std::vector<int32_t> first, std::vector<int32_t> second);

    int32_t n_nodes() const { return static_cast<int32_t>(start.size()) - 1; }
    int32_t n_edges() const { return static_cast<int32_t>(first.size()); }

    std::vector<int32_t> first, second;  // the two ends of edge e
    std::vector<int32_t> start;          // arcs of node i are start[i] … start[i + 1] - 1
    std::vector<int32_t> neighbour;      // node that the arc leads to
    std::vector<int32_t> edge;           // edge that the arc belongs to
    std::vector<int32_t> reverse;        // the same edge's other arc
};

}  // namespace pickout
