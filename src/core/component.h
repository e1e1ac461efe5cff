#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

// 1 at nodes that a path within `inside` joins to a seed (a seed outside `inside` joins nothing).
std::vector<uint8_t> component(const Graph& graph, const bool* inside, const int32_t* seeds,
                               size_t n_seeds);

}  // namespace pickout
