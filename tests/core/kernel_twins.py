"""Slow, obvious versions of the compiled kernels, and the graphs they are compared on."""

from __future__ import annotations

import heapq

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow


def random_edges(rng, n, m):
    """Return up to m different edges without loops, as two int32 arrays."""
    pairs = {tuple(sorted(pair)) for pair in rng.integers(0, max(n, 1), (m, 2)).tolist()}
    pairs = sorted(pair for pair in pairs if pair[0] != pair[1])
    edges = np.array(pairs, np.int32).reshape(-1, 2)
    return edges[:, 0].copy(), edges[:, 1].copy()


def graphs(seed=0):
    """Yield (n, first, second): empty, one node, disconnected, a line, dense and sparse."""
    rng = np.random.default_rng(seed)
    none = np.zeros(0, np.int32)
    yield 0, none, none
    yield 1, none, none
    yield 5, none, none
    yield 6, np.array([0, 3], np.int32), np.array([1, 4], np.int32)
    yield 9, np.arange(8, dtype=np.int32), np.arange(1, 9, dtype=np.int32)
    for n, m in ((7, 30), (20, 25), (40, 200), (60, 90)):
        yield (n, *random_edges(rng, n, m))


def watershed(relief):
    height, width = relief.shape
    labels = np.full(relief.shape, -1)
    n = 0

    def around(y, x):
        for yy, xx in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= yy < height and 0 <= xx < width:
                yield yy, xx

    for start in np.ndindex(relief.shape):
        if labels[start] >= 0:
            continue
        plateau, level = [start], relief[start]
        for place in plateau:
            plateau += [q for q in around(*place) if relief[q] == level and q not in plateau]
        if all(relief[q] >= level for place in plateau for q in around(*place)):
            for place in plateau:
                labels[place] = n
            n += 1
    queue = [
        (relief[place], order, place)
        for order, place in enumerate(np.ndindex(relief.shape))
        if labels[place] >= 0
    ]
    heapq.heapify(queue)
    order = relief.size
    while queue:
        level, _, place = heapq.heappop(queue)
        for q in around(*place):
            if labels[q] < 0:
                labels[q] = labels[place]
                heapq.heappush(queue, (max(relief[q], level), order, q))
                order += 1
    return labels, n


def adjacency(labels, maps):
    """Return {(a, b): list of values of all maps at the pixel pairs where a and b touch}."""
    found = {}
    height, width = labels.shape
    for y, x in np.ndindex(labels.shape):
        for yy, xx in ((y, x + 1), (y + 1, x)):
            if yy < height and xx < width and labels[y, x] != labels[yy, xx]:
                pair = tuple(sorted((int(labels[y, x]), int(labels[yy, xx]))))
                value = np.maximum(maps[:, y, x], maps[:, yy, xx])
                found.setdefault(pair, []).append(value)
    return found


def geodesic(n, first, second, weights, sources, maximum, limit):
    """Bellman and Ford: relax every edge until nothing changes."""
    best = np.full(n, limit, np.float32)
    best[sources] = 0
    for _ in range(n):
        for a, b, w in zip(first, second, weights, strict=True):
            for u, v in ((a, b), (b, a)):
                cost = max(best[u], w) if maximum else np.float32(best[u] + w)
                best[v] = min(best[v], cost)
    return best


def diffuse(n, first, second, affinity, values, steps):
    matrix = np.eye(n)
    np.add.at(matrix, (first, second), affinity)
    np.add.at(matrix, (second, first), affinity)
    matrix /= matrix.sum(1, keepdims=True)
    for _ in range(steps):
        values = matrix @ values
    return values


def minimum_cut(n, first, second, capacity, terminal):
    """SciPy's Dinic on the same network; the smallest source side of all minimum cuts."""
    source, sink = n, n + 1
    up, down = np.flatnonzero(terminal > 0), np.flatnonzero(terminal < 0)
    rows = np.r_[first, second, np.full(len(up), source), down]
    columns = np.r_[second, first, up, np.full(len(down), sink)]
    values = np.r_[capacity, capacity, terminal[up], -terminal[down]]
    network = coo_matrix((values, (rows, columns)), (n + 2, n + 2)).tocsr().astype(np.int32)
    result = maximum_flow(network, source, sink)
    residual = (network - result.flow).tocsr()
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    side = np.zeros(n + 2, bool)
    side[breadth_first_order(residual, source, return_predecessors=False)] = True
    return side[:n], result.flow_value


def merge_tree(n, first, second, strength, length, area, power):
    """Join the cheapest pair, recomputing everything each time. Returns parent and height."""
    boundary = {}
    for e, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        boundary[frozenset((a, b))] = [float(strength[e]) * length[e], float(length[e]), e]
    areas = dict(enumerate(area.astype(float)))
    parent, height = [-1] * n, [0.0] * n
    while boundary:
        costs = {
            pair: (total / size * min(areas[i] for i in pair) ** power, e)
            for pair, (total, size, e) in boundary.items()
        }
        pair = min(costs, key=lambda p: costs[p])
        joined = len(parent)
        parent.append(-1)
        height.append(max(costs[pair][0], *(height[i] for i in pair)))
        areas[joined] = sum(areas[i] for i in pair)
        for i in pair:
            parent[i] = joined
        del boundary[pair]
        for old in [p for p in boundary if p & pair]:
            total, size, e = boundary.pop(old)
            new = frozenset((joined, *(old - pair)))
            if new in boundary:
                kept = boundary[new]
                boundary[new] = [kept[0] + total, kept[1] + size, min(kept[2], e)]
            else:
                boundary[new] = [total, size, e]
    return parent, height


def component(n, first, second, inside, seeds):
    reached = {int(s) for s in seeds if inside[s]}
    for _ in range(n):
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            if inside[a] and inside[b] and (a in reached or b in reached):
                reached |= {a, b}
    return np.isin(np.arange(n), list(reached))


def parts(n, first, second, joined):
    root = np.arange(n)
    for _ in range(n):
        for a, b in zip(first[joined], second[joined], strict=True):
            root[a] = root[b] = min(root[a], root[b])
    return root


def evaluate(feature, threshold, leaf, bias, features):
    out = np.full(features.shape[1], bias, float)
    for tree in range(len(feature)):
        for i in range(features.shape[1]):
            bits = features[feature[tree], i] > threshold[tree]
            out[i] += leaf[tree, sum(1 << d for d, bit in enumerate(bits) if bit)]
    return out


def halve(image):
    """Average over equal areas in exact fractions; halves are rounded up."""

    def shares(side):
        half = side // 2
        table = np.zeros((half, side), object)
        for number, pixel in np.ndindex(half, side):
            begin, end = number * side, (number + 1) * side  # in units of a pixel / half
            table[number, pixel] = max(0, min(end, (pixel + 1) * half) - max(begin, pixel * half))
        return table

    down, across = shares(image.shape[0]), shares(image.shape[1])
    whole = image.shape[0] * image.shape[1]
    planes = [down @ image[:, :, k].astype(int).astype(object) @ across.T for k in range(3)]
    return np.stack([(2 * plane + whole) // (2 * whole) for plane in planes], 2).astype(np.uint8)


def enlarge(field, image, inside, outside, trust, noise):
    """Pixel by pixel: interpolate, then let the pixel's colour move the outline."""
    height, width = image.shape[:2]

    def around(number, fine, coarse):
        """Return the two coarse places around a fine one, the share of the second, the nearest."""
        at = min(max((number + 0.5) * coarse / fine - 0.5, 0.0), coarse - 1.0)
        low = min(int(at), max(coarse - 2, 0))
        share = at - low
        near = [p for p, s in ((low, 1 - share), (low + 1, share)) if s >= 0.5 - 1e-9]
        return (low, min(low + 1, coarse - 1)), share, near

    def evidence(pixel, place):
        axis = inside[place] - outside[place]
        apart = axis @ axis
        along = np.clip((pixel - outside[place]) @ axis / (apart + 1e-3), 0, 1) - 0.5
        return along * apart**2 / (apart**2 + noise**4 + 1e-3)

    fine = np.zeros((height, width))
    for y, x in np.ndindex(height, width):
        rows, t, _ = around(y, height, field.shape[0])
        columns, s, _ = around(x, width, field.shape[1])
        corners = field[np.ix_(rows, columns)].astype(float)
        if abs(corners).min() == 127 and (corners == corners[0, 0]).all():
            fine[y, x] = corners[0, 0]
            continue
        prior = np.array([1 - t, t]) @ corners @ np.array([1 - s, s])
        near_rows = around(y, height, inside.shape[0])[2]
        near_columns = around(x, width, inside.shape[1])[2]
        pixel = image[y, x].astype(float)
        place = np.mean([evidence(pixel, (r, c)) for r in near_rows for c in near_columns])
        doubt = min(1.0, 2 - 2 * abs(prior) / 127)
        fine[y, x] = np.clip(prior + trust * 254 * place * doubt, -126, 126)
    return fine
