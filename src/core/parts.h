#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.h"

namespace pickout {

// For every node the smallest node that a path of joined edges leads to. joined: (edges).
std::vector<int32_t> parts(const Graph& graph, const bool* joined);

}  // namespace pickout
