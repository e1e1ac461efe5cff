#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

// How much the looks of an edge's two ends differ: four rows of (edges) one after the other:
// distance of the colours, of their lightness, of their chroma, and the sum of |differences| of
// texture. looks: (nodes, channels): L, a, b, then texture; at least three channels.
std::vector<float> differences(const Graph& graph, const float* looks, int32_t channels);

// For every node the largest value on its edges, 0 without edges. values: (edges).
std::vector<float> largest_around(const Graph& graph, const float* values);

// For every node the sum of its edges' values, in the order of the edges. values: (edges).
std::vector<float> sum_around(const Graph& graph, const float* values);

}  // namespace pickout
