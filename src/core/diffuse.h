#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

// `steps` times: every node's row becomes the mean of itself (weight 1) and its neighbours
// (weight `affinity` of the edge). affinity: (edges), >= 0. values: (nodes, channels).
std::vector<float> diffuse(const Graph& graph, const float* affinity, const float* values,
                           int32_t channels, int32_t steps);

}  // namespace pickout
