#include "merge_tree.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <stdexcept>

namespace pickout {
namespace {

struct Boundary {
    int32_t a, b;  // slots of the two regions
    double sum;    // strength times length
    double length;
    bool alive = true;
    double queued = std::numeric_limits<double>::infinity();  // cost at which it waits

    int32_t other(int32_t slot) const { return slot == a ? b : a; }
};

struct Candidate {
    double cost;
    int32_t boundary;
    bool operator>(const Candidate& than) const {
        return cost != than.cost ? cost > than.cost : boundary > than.boundary;
    }
};

// A region keeps its slot when it swallows a neighbour with fewer boundaries.
class Merger {
  public:
    Merger(const Graph& graph, const float* strength, const float* length, const float* area,
           float area_power)
        : area_power_(area_power), slots_(graph.n_nodes()) {
        for (int32_t i = 0; i < graph.n_nodes(); ++i) {
            slots_[i].tree_node = add_tree_node(0.0f, area[i]);
            resize(slots_[i], area[i]);
            slots_[i].boundaries.assign(graph.edge.begin() + graph.start[i],
                                        graph.edge.begin() + graph.start[i + 1]);
        }
        for (int32_t e = 0; e < graph.n_edges(); ++e) {
            const double weight = static_cast<double>(strength[e]) * length[e];
            boundaries_.push_back({graph.first[e], graph.second[e], weight, length[e]});
        }
        for (int32_t e = 0; e < graph.n_edges(); ++e) {
            if (!boundaries_[e].alive) continue;
            const int32_t twin = find_twin(e, graph.first[e], graph.second[e]);
            if (twin >= 0) join(e, twin);
        }
        for (int32_t e = 0; e < graph.n_edges(); ++e)
            if (boundaries_[e].alive) enqueue(e, cost(boundaries_[e]));
    }

    MergeTree run() {
        while (!queue_.empty()) {
            const Candidate candidate = queue_.top();
            queue_.pop();
            const Boundary& boundary = boundaries_[candidate.boundary];
            if (!boundary.alive || candidate.cost != boundary.queued) continue;
            const double now = cost(boundary);
            // Regions grow, so a waiting cost may be too low; a fallen one was queued again.
            if (now > candidate.cost) enqueue(candidate.boundary, now);
            else merge(candidate.boundary, now);
        }
        lay_out();
        return std::move(tree_);
    }

  private:
    struct Slot {
        int32_t tree_node = -1;
        double area = 0.0, factor = 1.0;  // factor: area ^ area_power
        std::vector<int32_t> boundaries;  // dead ones among them are dropped when met
    };

    void resize(Slot& slot, double area) const {
        slot.area = area;
        slot.factor = area_power_ == 0.0 ? 1.0 : std::pow(area, area_power_);
    }

    double cost(const Boundary& boundary) const {
        const double factor = std::min(slots_[boundary.a].factor, slots_[boundary.b].factor);
        return boundary.sum / boundary.length * factor;
    }

    void enqueue(int32_t e, double cost) {
        boundaries_[e].queued = cost;
        queue_.push({cost, e});
    }

    int32_t add_tree_node(float height, double area) {
        tree_.parent.push_back(-1);
        tree_.height.push_back(height);
        tree_.area.push_back(static_cast<float>(area));
        return static_cast<int32_t>(tree_.parent.size()) - 1;
    }

    // Two boundaries between the same regions become the one with the lower number.
    int32_t join(int32_t e, int32_t f) {
        const int32_t low = std::min(e, f), high = std::max(e, f);
        boundaries_[low].sum += boundaries_[high].sum;
        boundaries_[low].length += boundaries_[high].length;
        boundaries_[high].alive = false;
        return low;
    }

    // Drops a slot's dead boundaries.
    void tidy(int32_t slot) {
        auto& list = slots_[slot].boundaries;
        list.erase(std::remove_if(list.begin(), list.end(),
                                  [&](int32_t e) { return !boundaries_[e].alive; }),
                   list.end());
    }

    // The living boundary between two regions other than `e`, or -1. Looks through the shorter
    // list: a large region that swallows many small ones costs no more than they do.
    int32_t find_twin(int32_t e, int32_t a, int32_t b) {
        if (slots_[a].boundaries.size() > slots_[b].boundaries.size()) std::swap(a, b);
        tidy(a);
        for (int32_t f : slots_[a].boundaries)
            if (f != e && boundaries_[f].other(a) == b) return f;
        return -1;
    }

    void merge(int32_t e, double height) {
        int32_t big = boundaries_[e].a, small = boundaries_[e].b;
        if (slots_[small].boundaries.size() > slots_[big].boundaries.size()) std::swap(big, small);
        boundaries_[e].alive = false;
        link(big, small, height);
        const std::vector<int32_t> moved = std::move(slots_[small].boundaries);
        slots_[small].boundaries.clear();
        for (int32_t f : moved) {
            Boundary& boundary = boundaries_[f];
            if (!boundary.alive) continue;
            (boundary.a == small ? boundary.a : boundary.b) = big;
            const int32_t twin = find_twin(f, big, boundary.other(big));
            slots_[big].boundaries.push_back(f);
            const int32_t kept = twin < 0 ? f : join(f, twin);
            const double now = cost(boundaries_[kept]);
            if (now < boundaries_[kept].queued) enqueue(kept, now);
        }
    }

    void link(int32_t big, int32_t small, double height) {
        const int32_t left = slots_[big].tree_node, right = slots_[small].tree_node;
        const float top =
            std::max({static_cast<float>(height), tree_.height[left], tree_.height[right]});
        resize(slots_[big], slots_[big].area + slots_[small].area);
        const int32_t joined = add_tree_node(top, slots_[big].area);
        tree_.parent[left] = tree_.parent[right] = joined;
        slots_[big].tree_node = joined;
    }

    // Gives every node its run of leaves; children have lower numbers than their parents.
    void lay_out() {
        const auto n = static_cast<int32_t>(tree_.parent.size());
        const auto n_leaves = static_cast<int32_t>(slots_.size());
        tree_.run_length.assign(n, 0);
        std::fill_n(tree_.run_length.begin(), n_leaves, 1);
        for (int32_t i = 0; i < n; ++i)
            if (tree_.parent[i] >= 0) tree_.run_length[tree_.parent[i]] += tree_.run_length[i];
        tree_.run_first.assign(n, 0);
        std::vector<int32_t> free(n);  // next place not yet given to a child
        int32_t roots = 0;
        for (int32_t i = n - 1; i >= 0; --i) {
            int32_t& place = tree_.parent[i] < 0 ? roots : free[tree_.parent[i]];
            tree_.run_first[i] = free[i] = place;
            place += tree_.run_length[i];
        }
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
