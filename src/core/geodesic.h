#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

enum class PathCost { sum, maximum };

// Cost of the cheapest path from any source to every node; `limit` where there is none cheaper.
// weights: (edges), not negative, not NaN. Sources outside [0, n) throw std::invalid_argument.
std::vector<float> geodesic(const Graph& graph, const float* weights, const int32_t* sources,
                            size_t n_sources, PathCost cost, float limit);

}  // namespace pickout
