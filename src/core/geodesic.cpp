// Dijkstra's algorithm with buckets instead of a heap: nodes within one bucket are not sorted, so a
// node may be met again at a lower cost. Sums of floats never fall along a path, so the least cost
// does not depend on the order. With PathCost::maximum a path costs as much as its most expensive
// edge.
#include "geodesic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace pickout {
namespace {

class Buckets {
  public:
    explicit Buckets(float limit) {
        if (limit > 0.0f && std::isfinite(limit)) per_cost_ = kCount / limit;
        head_.fill(-1);
    }

    void push(float cost, int32_t node) {
        // Whatever cannot be reckoned, as with a limit near the smallest numbers, comes last.
        const float place = cost * per_cost_;
        const int32_t bucket = place < kCount - 1 ? static_cast<int32_t>(place) : kCount - 1;
        entries_.push_back({node, head_[bucket]});
        head_[bucket] = static_cast<int32_t>(entries_.size()) - 1;
    }

    // The next node of the lowest bucket, -1 at the end. Costs pushed later are never lower than
    // that of the node popped last, so no bucket before it fills again.
    int32_t pop() {
        while (at_ < kCount && head_[at_] < 0) ++at_;
        if (at_ == kCount) return -1;
        const Entry& entry = entries_[head_[at_]];
        head_[at_] = entry.next;
        return entry.node;
    }

  private:
    struct Entry {
        int32_t node, next;
    };
    static constexpr int32_t kCount = 2048;
    float per_cost_ = 0.0f;
    int32_t at_ = 0;
    std::array<int32_t, kCount> head_;
    std::vector<Entry> entries_;
};

}  // namespace

std::vector<float> geodesic(const Graph& graph, const float* weights, const int32_t* sources,
                            size_t n_sources, PathCost cost, float limit) {
    for (int32_t e = 0; e < graph.n_edges(); ++e)
        if (!(weights[e] >= 0.0f)) throw std::invalid_argument("weights must be 0 or more");
    std::vector<float> best(graph.n_nodes(), limit), left_at(graph.n_nodes(), -1.0f);
    Buckets buckets(limit);
    for (size_t i = 0; i < n_sources; ++i) {
        const int32_t s = sources[i];
        if (s < 0 || s >= graph.n_nodes()) throw std::invalid_argument("a source is not a node");
        if (best[s] <= 0.0f) continue;
        best[s] = 0.0f;
        buckets.push(0.0f, s);
    }
    for (int32_t node = buckets.pop(); node >= 0; node = buckets.pop()) {
        const float reached = best[node];
        if (left_at[node] == reached) continue;  // met at this cost before
        left_at[node] = reached;
        for (int32_t arc = graph.start[node]; arc < graph.start[node + 1]; ++arc) {
            const float step = weights[graph.edge[arc]];
            const float total = cost == PathCost::sum ? reached + step : std::max(reached, step);
            const int32_t next = graph.neighbour[arc];
            if (!(total < best[next])) continue;
            best[next] = total;
            buckets.push(total, next);
        }
    }
    return best;
}

}  // namespace pickout
