#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

// Which regions touch, and what lies on their common boundaries.
struct Adjacency {
    Graph graph;
    std::vector<float> length;     // (edges): pairs of touching pixels
    std::vector<float> mean;       // (edges, maps): over those pairs, of the larger of the two values
    std::vector<float> strongest;  // (edges, maps): the largest of them
};

// labels: (height, width) in [0, n). maps: (n_maps, height, width).
Adjacency adjacency(const int32_t* labels, int32_t height, int32_t width, int32_t n,
                    const float* maps, int32_t n_maps);

}  // namespace pickout
