#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

// Leaves are the graph's nodes 0 … n-1; inner nodes follow in the order of merging.
struct MergeTree {
    std::vector<int32_t> parent;  // -1 at roots: one root per connected part of the graph
    std::vector<float> height;    // 0 at leaves; never falls on the way to the root
    std::vector<float> area;      // sum of the leaves' areas
    // In some order of the leaves every node's leaves follow each other: those at run_first[i] …
    // run_first[i] + run_length[i] - 1.
    std::vector<int32_t> run_first, run_length;
};

// Joins, again and again, the two neighbours with the smallest
//   (mean strength along their common boundary) * (smaller area) ^ area_power
// strength, length: (edges), >= 0, length > 0. area: (nodes), >= 0. Equal costs: lower edge first.
MergeTree merge_tree(const Graph& graph, const float* strength, const float* length,
                     const float* area, float area_power);

}  // namespace pickout
