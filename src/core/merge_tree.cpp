#include "merge_tree.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>

namespace pickout {
namespace {

struct Boundary {
    int32_t a, b;  // slots of the two regions
    double sum;    // strength times length
    double length;
    bool alive = true;
};

struct Candidate {
    double cost;
    int32_t boundary;
    bool operator>(const Candidate& other) const {
        return cost != other.cost ? cost > other.cost : boundary > other.boundary;
    }
};

// A region keeps its slot when it swallows a smaller neighbour, so that only the neighbour's
// boundaries have to be rewritten.
class Merger {
  public:
    Merger(const Graph& graph, const float* strength, const float* length, const float* area,
           float area_power)
        : area_power_(area_power), slots_(graph.n_nodes()) {
        for (int32_t i = 0; i < graph.n_nodes(); ++i) {
            slots_[i].tree_node = add_tree_node(0.0f, area[i]);
            slots_[i].area = area[i];
            slots_[i].boundaries.reserve(8);
        }
        for (int32_t e = 0; e < graph.n_edges(); ++e) {
            const int32_t a = graph.first[e], b = graph.second[e];
            const double weight = static_cast<double>(strength[e]) * length[e];
            boundaries_.push_back({a, b, weight, length[e]});
            join_or_add(a, b, e);
        }
        for (int32_t e = 0; e < graph.n_edges(); ++e)
            if (boundaries_[e].alive) queue_.push({cost(boundaries_[e]), e});
    }

    MergeTree run() {
        while (!queue_.empty()) {
            const Candidate candidate = queue_.top();
            queue_.pop();
            const Boundary& boundary = boundaries_[candidate.boundary];
            if (!boundary.alive) continue;
            const double now = cost(boundary);
            // Regions grow, so a waiting cost may be too low; a fallen one was queued again.
            if (now > candidate.cost) queue_.push({now, candidate.boundary});
            else merge(candidate.boundary, now);
        }
        return std::move(tree_);
    }

  private:
    struct Slot {
        int32_t tree_node = -1;
        double area = 0.0;
        std::unordered_map<int32_t, int32_t> boundaries;  // neighbour's slot -> boundary
    };

    double cost(const Boundary& boundary) const {
        const double mean = boundary.sum / boundary.length;
        if (area_power_ == 0.0) return mean;
        const double smaller = std::min(slots_[boundary.a].area, slots_[boundary.b].area);
        return mean * std::pow(smaller, area_power_);
    }

    int32_t add_tree_node(float height, double area) {
        tree_.parent.push_back(-1);
        tree_.height.push_back(height);
        tree_.area.push_back(static_cast<float>(area));
        return static_cast<int32_t>(tree_.parent.size()) - 1;
    }

    // Makes `e` the boundary between two slots; one already there takes it in and survives.
    void join_or_add(int32_t a, int32_t b, int32_t e) {
        const auto [found, is_new] = slots_[a].boundaries.try_emplace(b, e);
        if (is_new) {
            slots_[b].boundaries[a] = e;
            return;
        }
        const int32_t low = std::min(found->second, e), high = std::max(found->second, e);
        Boundary &kept = boundaries_[low], &lost = boundaries_[high];
        kept.sum += lost.sum;
        kept.length += lost.length;
        kept.a = a;
        kept.b = b;
        kept.alive = true;
        lost.alive = false;
        found->second = low;
        slots_[b].boundaries[a] = low;
    }

    void merge(int32_t e, double height) {
        int32_t big = boundaries_[e].a, small = boundaries_[e].b;
        const size_t n_big = slots_[big].boundaries.size(), n_small = slots_[small].boundaries.size();
        if (n_small > n_big || (n_small == n_big && small < big)) std::swap(big, small);
        boundaries_[e].alive = false;
        slots_[big].boundaries.erase(small);
        slots_[small].boundaries.erase(big);
        link(big, small, height);
        // In a fixed order: a hash table's own differs between standard libraries.
        std::vector<std::pair<int32_t, int32_t>> moved(slots_[small].boundaries.begin(),
                                                       slots_[small].boundaries.end());
        std::sort(moved.begin(), moved.end());
        slots_[small].boundaries.clear();
        for (const auto& [other, boundary] : moved) {
            slots_[other].boundaries.erase(small);
            boundaries_[boundary].a = big;
            boundaries_[boundary].b = other;
            join_or_add(big, other, boundary);
            const int32_t kept = slots_[big].boundaries[other];
            queue_.push({cost(boundaries_[kept]), kept});
        }
    }

    void link(int32_t big, int32_t small, double height) {
        const int32_t left = slots_[big].tree_node, right = slots_[small].tree_node;
        const float top = std::max({static_cast<float>(height), tree_.height[left],
                                    tree_.height[right]});
        slots_[big].area += slots_[small].area;
        const int32_t joined = add_tree_node(top, slots_[big].area);
        tree_.parent[left] = tree_.parent[right] = joined;
        slots_[big].tree_node = joined;
    }

    double area_power_;
    std::vector<Slot> slots_;
    std::vector<Boundary> boundaries_;
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
    MergeTree tree_;
};

}  // namespace

MergeTree merge_tree(const Graph& graph, const float* strength, const float* length,
                     const float* area, float area_power) {
    return Merger(graph, strength, length, area, area_power).run();
}

}  // namespace pickout
