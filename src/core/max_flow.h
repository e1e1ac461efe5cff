#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pickout {

// A flow network in compressed rows. Capacities are whole numbers: no rounding, so the cut is
// exact and the same on every machine.
struct Network {
    const int32_t* start;      // (nodes + 1)
    const int32_t* neighbour;  // (arcs)
    const int32_t* reverse;    // (arcs): the arc of the other direction
    int32_t nodes;
    std::vector<int64_t> residual;  // (arcs), >= 0; changed by the flow
    std::vector<int64_t> terminal;  // (nodes): > 0 from the source, < 0 to the sink; changed
};

struct Cut {
    std::vector<uint8_t> source_side;  // 1 at nodes that the source still reaches: the smallest cut
    int64_t flow = 0;
};

Cut minimum_cut(Network& network);

// Largest capacity allowed, so that no sum over a picture overflows.
constexpr int64_t kLargestCapacity = int64_t{1} << 40;

}  // namespace pickout
