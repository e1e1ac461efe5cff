// Maximum flow after Boykov and Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow
// Algorithms for Energy Minimization in Vision", PAMI 2004, with the distance and time marks of
// section 3.2.4 of Kolmogorov's thesis. Two trees grow from the terminals until they touch; the
// path is filled; branches cut off from their root are adopted by a neighbour or set free.
#include "max_flow.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace pickout {
namespace {

constexpr int32_t kNone = -1;      // not in a tree
constexpr int32_t kTerminal = -2;  // hangs on its terminal directly
constexpr int32_t kOrphan = -3;    // lost its parent

enum : uint8_t { kFree = 0, kSource = 1, kSink = 2 };

class Solver {
  public:
    explicit Solver(Network& network)
        : net_(network),
          parent_(network.nodes, kNone),
          tree_(network.nodes, kFree),
          active_(network.nodes, 0),
          stamp_(network.nodes, 0),
          depth_(network.nodes, 0) {}

    Cut run() {
        for (int32_t i = 0; i < net_.nodes; ++i) {
            if (net_.terminal[i] == 0) continue;
            tree_[i] = net_.terminal[i] > 0 ? kSource : kSink;
            parent_[i] = kTerminal;
            depth_[i] = 1;
            activate(i);
        }
        while (!queue_.empty()) {
            const int32_t node = queue_.front();
            if (parent_[node] != kNone) {
                const int32_t bridge = grow(node);
                if (bridge != kNone) {  // the same node goes on after the path is filled
                    ++time_;
                    augment(bridge);
                    adopt();
                    continue;
                }
            }
            queue_.pop_front();
            active_[node] = 0;
        }
        return {source_side(), flow_};
    }

  private:
    void activate(int32_t node) {
        if (active_[node]) return;
        active_[node] = 1;
        queue_.push_back(node);
    }

    // What can still flow along the arc in the direction from the source to the sink, seen from
    // a node of `tree` at which the arc starts.
    int64_t outward(uint8_t tree, int32_t arc) const {
        return net_.residual[tree == kSource ? arc : net_.reverse[arc]];
    }
    int64_t inward(uint8_t tree, int32_t arc) const {
        return net_.residual[tree == kSource ? net_.reverse[arc] : arc];
    }

    // Extends the tree at `node`; returns the arc from the source tree into the sink tree, if met.
    int32_t grow(int32_t node) {
        const uint8_t tree = tree_[node];
        for (int32_t arc = net_.start[node]; arc < net_.start[node + 1]; ++arc) {
            if (outward(tree, arc) <= 0) continue;
            const int32_t next = net_.neighbour[arc];
            if (parent_[next] == kNone) {
                tree_[next] = tree;
                hang(next, net_.reverse[arc], node);
                activate(next);
            } else if (tree_[next] != tree) {
                return tree == kSource ? arc : net_.reverse[arc];
            } else if (stamp_[next] <= stamp_[node] && depth_[next] > depth_[node] + 1) {
                hang(next, net_.reverse[arc], node);  // a shorter way to the root
            }
        }
        return kNone;
    }

    void hang(int32_t child, int32_t arc_to_parent, int32_t parent) {
        parent_[child] = arc_to_parent;
        stamp_[child] = stamp_[parent];
        depth_[child] = depth_[parent] + 1;
    }

    // Smallest residual on the way from `node` to its root.
    int64_t room(int32_t node) const {
        const uint8_t tree = tree_[node];
        int64_t least = std::numeric_limits<int64_t>::max();
        while (parent_[node] != kTerminal) {
            const int32_t arc = parent_[node];
            least = std::min(least, inward(tree, arc));
            node = net_.neighbour[arc];
        }
        return std::min(least, tree == kSource ? net_.terminal[node] : -net_.terminal[node]);
    }

    void augment(int32_t bridge) {
        const int32_t sink_end = net_.neighbour[bridge];
        const int32_t source_end = net_.neighbour[net_.reverse[bridge]];
        const int64_t amount =
            std::min({net_.residual[bridge], room(source_end), room(sink_end)});
        net_.residual[bridge] -= amount;
        net_.residual[net_.reverse[bridge]] += amount;
        push_to_root(source_end, amount);
        push_to_root(sink_end, amount);
        flow_ += amount;
    }

    void push_to_root(int32_t node, int64_t amount) {
        const uint8_t tree = tree_[node];
        while (parent_[node] != kTerminal) {
            const int32_t arc = parent_[node], back = net_.reverse[arc];
            const int32_t with = tree == kSource ? back : arc;  // source to sink
            const int32_t against = tree == kSource ? arc : back;
            net_.residual[with] -= amount;
            net_.residual[against] += amount;
            const int32_t next = net_.neighbour[arc];
            if (net_.residual[with] == 0) orphan(node);
            node = next;
        }
        net_.terminal[node] += tree == kSource ? -amount : amount;
        if (net_.terminal[node] == 0) orphan(node);
    }

    void orphan(int32_t node) {
        parent_[node] = kOrphan;
        orphans_.push_back(node);
    }

    void adopt() {
        while (!orphans_.empty()) {
            const int32_t node = orphans_.front();
            orphans_.pop_front();
            const int32_t arc = best_parent(node);
            if (arc != kNone) {
                parent_[node] = arc;
                stamp_[node] = time_;
                depth_[node] = depth_[net_.neighbour[arc]] + 1;
            } else {
                set_free(node);
            }
        }
    }

    // The arc to the neighbour of the same tree that is rooted and nearest to its root.
    int32_t best_parent(int32_t node) {
        const uint8_t tree = tree_[node];
        int32_t best = kNone, least = std::numeric_limits<int32_t>::max();
        for (int32_t arc = net_.start[node]; arc < net_.start[node + 1]; ++arc) {
            const int32_t next = net_.neighbour[arc];
            if (tree_[next] != tree || parent_[next] == kNone || inward(tree, arc) <= 0) continue;
            const int32_t depth = depth_if_rooted(next);
            if (depth < least) {
                least = depth;
                best = arc;
            }
        }
        return best;
    }

    // Walks to the root, leaving marks so that the next walk of this round is short.
    int32_t depth_if_rooted(int32_t node) {
        int32_t steps = 0, at = node;
        while (stamp_[at] != time_) {
            if (parent_[at] == kOrphan || parent_[at] == kNone)
                return std::numeric_limits<int32_t>::max();
            if (parent_[at] == kTerminal) {
                stamp_[at] = time_;
                depth_[at] = 1;
                break;
            }
            at = net_.neighbour[parent_[at]];
            ++steps;
        }
        if (parent_[at] == kOrphan || parent_[at] == kNone)
            return std::numeric_limits<int32_t>::max();
        const int32_t depth = depth_[at] + steps;
        int32_t mark = depth;
        for (at = node; stamp_[at] != time_; at = net_.neighbour[parent_[at]]) {
            stamp_[at] = time_;
            depth_[at] = mark--;
        }
        return depth;
    }

    void set_free(int32_t node) {
        const uint8_t tree = tree_[node];
        parent_[node] = kNone;
        tree_[node] = kFree;
        for (int32_t arc = net_.start[node]; arc < net_.start[node + 1]; ++arc) {
            const int32_t next = net_.neighbour[arc];
            if (tree_[next] != tree || parent_[next] == kNone) continue;
            if (inward(tree, arc) > 0) activate(next);
            if (parent_[next] >= 0 && net_.neighbour[parent_[next]] == node) orphan(next);
        }
    }

    // Nodes of the source tree: nothing else can be reached from the source any more.
    std::vector<uint8_t> source_side() const {
        std::vector<uint8_t> side(net_.nodes);
        for (int32_t i = 0; i < net_.nodes; ++i) side[i] = tree_[i] == kSource;
        return side;
    }

    Network& net_;
    std::vector<int32_t> parent_;  // arc to the parent, or one of the constants above
    std::vector<uint8_t> tree_, active_;
    std::vector<int32_t> stamp_, depth_;  // when the depth was last known to be right, and it
    std::deque<int32_t> queue_, orphans_;
    int32_t time_ = 0;
    int64_t flow_ = 0;
};

}  // namespace

Cut minimum_cut(Network& network) { return Solver(network).run(); }

}  // namespace pickout
