// The Python module pickout._core: checks arrays at the border, releases the GIL, copies nothing in.
//
// dtype, number of dimensions and contiguity are part of the argument types, and noconvert()
// keeps nanobind from mending a wrong array by a silent copy: it raises TypeError. Lengths and
// values that could lead a kernel out of bounds raise ValueError.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "adjacency.h"
#include "bounding_box.h"
#include "component.h"
#include "diffuse.h"
#include "edge_maps.h"
#include "enlarge.h"
#include "forest.h"
#include "geodesic.h"
#include "graph.h"
#include "halve.h"
#include "max_flow.h"
#include "memory.h"
#include "merge_tree.h"
#include "mixture.h"
#include "nearest.h"
#include "parts.h"
#include "pixel_maps.h"
#include "regions.h"
#include "shrink.h"
#include "surroundings.h"
#include "tidy.h"
#include "watershed.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace pickout;

namespace {

template <typename T, size_t Dimensions>
using In = nb::ndarray<const T, nb::ndim<Dimensions>, nb::c_contig, nb::device::cpu>;

template <typename T>
using Out = nb::ndarray<nb::numpy, T>;

void require(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

// Hands a vector's memory to NumPy.
template <typename As, typename T>
Out<As> give(std::vector<T>&& values, std::initializer_list<size_t> shape) {
    static_assert(sizeof(As) == sizeof(T));
    auto held = std::make_unique<std::vector<T>>(std::move(values));
    void* data = held->data();
    nb::capsule owner(held.get(), [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    held.release();
    return Out<As>(data, shape, owner);
}

template <typename T>
Out<T> give(std::vector<T>&& values) {
    const size_t n = values.size();
    return give<T>(std::move(values), {n});
}

Out<bool> give_bools(std::vector<uint8_t>&& values, std::initializer_list<size_t> shape) {
    return give<bool>(std::move(values), shape);
}

// Runs work without the GIL, so that other Python threads go on.
template <typename Work>
auto unlocked(Work&& work) {
    nb::gil_scoped_release released;
    return work();
}

int32_t side(size_t length) {
    require(length <= 65535, "pictures of more than 65535 pixels a side are not supported");
    return static_cast<int32_t>(length);
}

void check_picture(size_t height, size_t width) {
    require(side(height) > 0 && side(width) > 0, "the picture is empty");
    require(height * width <= INT32_MAX / 4, "the picture has too many pixels");
}

void check_labels(const int32_t* labels, size_t count, int32_t n) {
    require(n >= 0, "n must be 0 or more");
    for (size_t i = 0; i < count; ++i)
        require(labels[i] >= 0 && labels[i] < n, "labels must lie in [0, n)");
}

void check_not_negative(const float* values, size_t count, const char* what) {
    for (size_t i = 0; i < count; ++i) require(values[i] >= 0.0f && std::isfinite(values[i]), what);
}

template <typename T>
std::vector<T> copied(const In<T, 1>& array) {
    return std::vector<T>(array.data(), array.data() + array.size());
}

Out<const int32_t> view(const std::vector<int32_t>& values, nb::handle owner) {
    return Out<const int32_t>(values.data(), {values.size()}, owner);
}

nb::tuple py_watershed(In<uint8_t, 2> relief) {
    check_picture(relief.shape(0), relief.shape(1));
    const int32_t height = side(relief.shape(0)), width = side(relief.shape(1));
    Basins basins = unlocked([&] { return watershed(relief.data(), height, width); });
    const int32_t n = basins.n;
    return nb::make_tuple(
        give<int32_t>(std::move(basins.labels), {relief.shape(0), relief.shape(1)}), n);
}

nb::tuple py_adjacency(In<int32_t, 2> labels, int32_t n, In<float, 3> maps) {
    check_picture(labels.shape(0), labels.shape(1));
    require(maps.shape(1) == labels.shape(0) && maps.shape(2) == labels.shape(1),
            "maps must be (count, height, width) with the labels' height and width");
    check_labels(labels.data(), labels.size(), n);
    Adjacency found = unlocked([&] {
        return adjacency(labels.data(), side(labels.shape(0)), side(labels.shape(1)), n,
                         maps.data(), static_cast<int32_t>(maps.shape(0)));
    });
    const size_t edges = found.length.size(), count = maps.shape(0);
    return nb::make_tuple(std::move(found.graph), give(std::move(found.length)),
                          give<float>(std::move(found.mean), {edges, count}),
                          give<float>(std::move(found.strongest), {edges, count}));
}

Out<float> py_region_means(In<int32_t, 2> labels, int32_t n, In<float, 3> values) {
    require(values.shape(0) == labels.shape(0) && values.shape(1) == labels.shape(1),
            "values must be (height, width, channels) with the labels' height and width");
    check_labels(labels.data(), labels.size(), n);
    const size_t channels = values.shape(2);
    auto mean = unlocked([&] {
        return region_means(labels.data(), static_cast<int64_t>(labels.size()), n, values.data(),
                            static_cast<int32_t>(channels));
    });
    return give<float>(std::move(mean), {static_cast<size_t>(n), channels});
}

nb::tuple py_region_places(In<int32_t, 2> labels, int32_t n) {
    side(labels.shape(0));
    side(labels.shape(1));
    check_labels(labels.data(), labels.size(), n);
    Places places = unlocked([&] {
        return region_places(labels.data(), side(labels.shape(0)), side(labels.shape(1)), n);
    });
    return nb::make_tuple(give<float>(std::move(places.centre_xy), {static_cast<size_t>(n), 2}),
                          give(std::move(places.area)));
}

Out<float> py_to_lab(In<uint8_t, 3> rgb) {
    require(rgb.shape(2) == 3, "a picture needs three channels");
    auto lab = unlocked([&] { return to_lab(rgb.data(), rgb.shape(0) * rgb.shape(1)); });
    return give<float>(std::move(lab), {rgb.shape(0), rgb.shape(1), 3});
}

void check_values(const In<float, 3>& values) {
    check_picture(values.shape(0), values.shape(1));
    require(values.shape(2) == 3, "values must be (height, width, 3)");
}

Out<float> py_gradient_length(In<float, 3> values) {
    check_values(values);
    auto length = unlocked([&] {
        return gradient_length(values.data(), side(values.shape(0)), side(values.shape(1)));
    });
    return give<float>(std::move(length), {values.shape(0), values.shape(1)});
}

nb::tuple py_details(In<float, 3> lab, In<float, 3> fine, In<float, 3> middle, In<float, 3> coarse) {
    check_values(lab);
    for (const auto& blurred : {fine, middle, coarse})
        for (size_t axis = 0; axis < 3; ++axis)
            require(blurred.shape(axis) == lab.shape(axis), "all must have the same shape");
    Details found = unlocked([&] {
        return details(lab.data(), fine.data(), middle.data(), coarse.data(), side(lab.shape(0)),
                       side(lab.shape(1)));
    });
    const size_t height = lab.shape(0), width = lab.shape(1);
    return nb::make_tuple(give<float>(std::move(found.bands), {height, width, 3}),
                          give<float>(std::move(found.directions), {height, width, 3}));
}

Out<float> py_geodesic(const Graph& graph, In<float, 1> weights, In<int32_t, 1> sources,
                       bool maximum, float limit) {
    require(static_cast<int64_t>(weights.size()) == graph.n_edges(), "one weight per edge is needed");
    require(limit >= 0.0f, "limit must be 0 or more");
    return give(unlocked([&] {
        return geodesic(graph, weights.data(), sources.data(), sources.size(),
                        maximum ? PathCost::maximum : PathCost::sum, limit);
    }));
}

Out<float> py_diffuse(const Graph& graph, In<float, 1> affinity, In<float, 2> values,
                      int32_t steps) {
    require(static_cast<int64_t>(affinity.size()) == graph.n_edges(), "one affinity per edge is needed");
    require(static_cast<int64_t>(values.shape(0)) == graph.n_nodes(), "one row per node is needed");
    require(steps >= 0, "steps must be 0 or more");
    check_not_negative(affinity.data(), affinity.size(), "affinities must be 0 or more");
    const size_t channels = values.shape(1);
    auto result = unlocked([&] {
        return diffuse(graph, affinity.data(), values.data(), static_cast<int32_t>(channels), steps);
    });
    return give<float>(std::move(result), {values.shape(0), channels});
}

Out<float> py_differences(const Graph& graph, In<float, 2> looks) {
    require(static_cast<int64_t>(looks.shape(0)) == graph.n_nodes(), "one row per node is needed");
    require(looks.shape(1) >= 3, "at least three channels are needed");
    auto rows = unlocked(
        [&] { return differences(graph, looks.data(), static_cast<int32_t>(looks.shape(1))); });
    return give<float>(std::move(rows), {4, static_cast<size_t>(graph.n_edges())});
}

Out<float> py_largest_around(const Graph& graph, In<float, 1> values) {
    require(static_cast<int64_t>(values.size()) == graph.n_edges(), "one value per edge is needed");
    return give(unlocked([&] { return largest_around(graph, values.data()); }));
}

Out<float> py_sum_around(const Graph& graph, In<float, 1> values) {
    require(static_cast<int64_t>(values.size()) == graph.n_edges(), "one value per edge is needed");
    return give(unlocked([&] { return sum_around(graph, values.data()); }));
}

Out<float> py_mixture_density(In<float, 2> colours, In<float, 1> weight, int parts, int rounds,
                              float floor) {
    require(colours.shape(1) == 3, "colours must have three channels");
    require(weight.size() == colours.shape(0), "one weight per colour is needed");
    require(0 < parts && parts <= 256, "parts must be 1 to 256");
    require(0 <= rounds && rounds <= 1000, "rounds must be 0 to 1000");
    require(floor > 0.0f && floor < 1e6f, "floor must be above 0");
    return give(unlocked([&] {
        return mixture_density(colours.data(), weight.data(), colours.shape(0), parts, rounds,
                               floor);
    }));
}

Out<float> py_nearest(In<float, 2> points, In<float, 2> anchors) {
    require(points.shape(1) == anchors.shape(1), "points and anchors need as many channels");
    return give(unlocked([&] {
        return nearest(points.data(), points.shape(0), anchors.data(), anchors.shape(0),
                       points.shape(1));
    }));
}

Out<float> py_surroundings(In<float, 3> colour, In<float, 2> weight, In<int32_t, 1> rows,
                           In<int32_t, 1> columns, In<int32_t, 1> sides) {
    require(colour.shape(2) == 3, "colour needs shape (height, width, 3)");
    require(weight.shape(0) == colour.shape(0) && weight.shape(1) == colour.shape(1),
            "one weight per pixel is needed");
    require(rows.size() == columns.size(), "one row per column is needed");
    const auto height = static_cast<int32_t>(weight.shape(0));
    const auto width = static_cast<int32_t>(weight.shape(1));
    for (size_t i = 0; i < rows.size(); ++i)
        require(0 <= rows.data()[i] && rows.data()[i] < height && 0 <= columns.data()[i] &&
                    columns.data()[i] < width,
                "rows and columns must lie in the picture");
    for (size_t s = 0; s < sides.size(); ++s)
        require(0 < sides.data()[s] && sides.data()[s] <= kLargestSide && sides.data()[s] % 2 == 1,
                "sides must be odd and at most 4095");
    std::vector<float> found = unlocked([&] {
        return surroundings(colour.data(), weight.data(), height, width, rows.data(),
                            columns.data(), rows.size(), sides.data(), sides.size());
    });
    return give<float>(std::move(found), {sides.size() * kSurroundingRows, rows.size()});
}

nb::tuple py_minimum_cut(const Graph& graph, In<int64_t, 1> capacity, In<int64_t, 1> terminal) {
    require(static_cast<int64_t>(capacity.size()) == graph.n_edges(), "one capacity per edge is needed");
    require(static_cast<int64_t>(terminal.size()) == graph.n_nodes(), "one terminal per node is needed");
    for (size_t e = 0; e < capacity.size(); ++e)
        require(capacity.data()[e] >= 0 && capacity.data()[e] <= kLargestCapacity,
                "capacities must lie between 0 and 2 ** 40");
    for (size_t i = 0; i < terminal.size(); ++i)
        require(-kLargestCapacity <= terminal.data()[i] && terminal.data()[i] <= kLargestCapacity,
                "terminals must lie between -2 ** 40 and 2 ** 40");
    Cut cut = unlocked([&] {
        Network network{graph.start.data(), graph.neighbour.data(), graph.reverse.data(),
                        graph.n_nodes(),    {},                     copied(terminal)};
        network.residual.resize(graph.edge.size());
        for (size_t arc = 0; arc < graph.edge.size(); ++arc)
            network.residual[arc] = capacity.data()[graph.edge[arc]];
        return minimum_cut(network);
    });
    const size_t n = cut.source_side.size();
    return nb::make_tuple(give_bools(std::move(cut.source_side), {n}), cut.flow);
}

nb::tuple py_merge_tree(const Graph& graph, In<float, 1> strength, In<float, 1> length,
                        In<float, 1> area, float area_power) {
    const auto edges = static_cast<size_t>(graph.n_edges());
    require(strength.size() == edges && length.size() == edges,
            "one strength and one length per edge are needed");
    require(area.size() == static_cast<size_t>(graph.n_nodes()), "one area per node is needed");
    check_not_negative(strength.data(), edges, "strengths must be 0 or more");
    for (size_t e = 0; e < edges; ++e)
        require(length.data()[e] > 0.0f && std::isfinite(length.data()[e]), "lengths must be above 0");
    check_not_negative(area.data(), area.size(), "areas must be 0 or more");
    require(std::isfinite(area_power) && area_power >= 0, "area_power must be 0 or more");
    MergeTree tree = unlocked([&] {
        return merge_tree(graph, strength.data(), length.data(), area.data(), area_power);
    });
    return nb::make_tuple(give(std::move(tree.parent)), give(std::move(tree.height)),
                          give(std::move(tree.area)), give(std::move(tree.run_first)),
                          give(std::move(tree.run_length)));
}

Out<bool> py_component(const Graph& graph, In<bool, 1> inside, In<int32_t, 1> seeds) {
    require(static_cast<int64_t>(inside.size()) == graph.n_nodes(), "one flag per node is needed");
    auto reached =
        unlocked([&] { return component(graph, inside.data(), seeds.data(), seeds.size()); });
    const size_t n = reached.size();
    return give_bools(std::move(reached), {n});
}

Out<int32_t> py_parts(const Graph& graph, In<bool, 1> joined) {
    require(static_cast<int64_t>(joined.size()) == graph.n_edges(), "one flag per edge is needed");
    return give(unlocked([&] { return parts(graph, joined.data()); }));
}

Out<float> py_evaluate(In<int32_t, 2> feature, In<float, 2> threshold, In<float, 2> leaf,
                       float bias, In<float, 2> features) {
    const size_t trees = feature.shape(0), depth = feature.shape(1);
    require(depth <= 16, "trees deeper than 16 are not supported");
    require(threshold.shape(0) == trees && threshold.shape(1) == depth,
            "feature and threshold must have the same shape");
    require(leaf.shape(0) == trees && leaf.shape(1) == size_t{1} << depth,
            "leaf must be (trees, 2 ** depth)");
    const Forest forest{feature.data(), threshold.data(), leaf.data(), static_cast<int32_t>(trees),
                        static_cast<int32_t>(depth), bias};
    return give(unlocked([&] {
        return evaluate(forest, features.data(), static_cast<int32_t>(features.shape(0)),
                        static_cast<int64_t>(features.shape(1)));
    }));
}

using Window = std::array<int32_t, 4>;  // x0, y0, x1, y1, half-open

void check_window(const Window& window, size_t height, size_t width) {
    require(0 <= window[0] && window[0] < window[2] && window[2] <= side(width) && 0 <= window[1] &&
                window[1] < window[3] && window[3] <= side(height),
            "the window must lie in the picture and not be empty");
}

ImageView image_view(const In<uint8_t, 3>& image, const Window& window) {
    check_picture(image.shape(0), image.shape(1));
    require(image.shape(2) == 3, "an image needs three channels");
    check_window(window, image.shape(0), image.shape(1));
    const size_t stride = image.shape(1);
    return {image.data() + (window[1] * stride + window[0]) * 3, window[3] - window[1],
            window[2] - window[0], stride};
}

FieldView field_view(const In<int8_t, 2>& field) {
    check_picture(field.shape(0), field.shape(1));
    return {field.data(), side(field.shape(0)), side(field.shape(1))};
}

LocalColours local_colours(const In<float, 3>& inside, const In<float, 3>& outside) {
    check_picture(inside.shape(0), inside.shape(1));
    require(inside.shape(2) == 3, "colours need three channels");
    for (size_t axis = 0; axis < 3; ++axis)
        require(inside.shape(axis) == outside.shape(axis), "inside and outside must match");
    return {inside.data(), outside.data(), side(inside.shape(0)), side(inside.shape(1))};
}

void check_trust(float trust, float noise) {
    require(trust >= 0 && trust <= 1, "trust must lie between 0 and 1");
    require(noise >= 0 && std::isfinite(noise), "noise must be 0 or more");
}

Out<int8_t> py_enlarge(In<int8_t, 2> field, In<uint8_t, 3> image, In<float, 3> inside,
                       In<float, 3> outside, std::optional<Window> window, float trust,
                       float noise) {
    const FieldView coarse = field_view(field);
    const Window whole{0, 0, side(image.shape(1)), side(image.shape(0))};
    const ImageView part = image_view(image, window.value_or(whole));
    const LocalColours colours = local_colours(inside, outside);
    check_trust(trust, noise);
    auto fine = unlocked([&] { return enlarge(coarse, part, colours, trust, noise); });
    return give<int8_t>(std::move(fine),
                        {static_cast<size_t>(part.height), static_cast<size_t>(part.width)});
}

using Writable = nb::ndarray<bool, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

void py_draw(Writable mask, In<int8_t, 2> field, In<uint8_t, 3> image, In<float, 3> inside,
             In<float, 3> outside, std::optional<In<bool, 2>> opened, In<int32_t, 1> row_of,
             In<int32_t, 1> column_of, Window window, float trust, float noise) {
    const FieldView coarse = field_view(field);
    const ImageView part = image_view(image, window);
    require(mask.shape(0) == image.shape(0) && mask.shape(1) == image.shape(1),
            "mask must have the image's height and width");
    const LocalColours colours = local_colours(inside, outside);
    check_trust(trust, noise);
    Canvas canvas{mask.data() + window[1] * mask.shape(1) + window[0], mask.shape(1), nullptr, 0,
                  row_of.data(), column_of.data()};
    if (opened) {
        require(row_of.size() == static_cast<size_t>(part.height) &&
                    column_of.size() == static_cast<size_t>(part.width),
                "row_of and column_of must have the window's height and width");
        check_labels(row_of.data(), row_of.size(), side(opened->shape(0)));
        check_labels(column_of.data(), column_of.size(), side(opened->shape(1)));
        canvas.opened = opened->data();
        canvas.opened_width = side(opened->shape(1));
    }
    unlocked([&] { draw(coarse, part, colours, trust, noise, canvas); });
}

Out<bool> py_shrink(In<bool, 2> mask, Window window, int32_t step, int32_t left, int32_t top,
                    std::array<int32_t, 2> size) {
    check_window(window, mask.shape(0), mask.shape(1));
    require(0 <= left && left < window[2] - window[0] && 0 <= top && top < window[3] - window[1],
            "the first sample must lie in the window");
    require(1 <= step && step <= 65535, "step must lie between 1 and 65535");
    const int32_t x0 = window[0] + left, y0 = window[1] + top;
    const Samples samples{mask.data() + y0 * mask.shape(1) + x0, mask.shape(1),
                          (window[3] - y0 + step - 1) / step, (window[2] - x0 + step - 1) / step,
                          step};
    require(0 < size[0] && size[0] <= samples.height && 0 < size[1] && size[1] <= samples.width,
            "size must lie between 1 and the number of samples");
    auto inside = unlocked([&] { return shrink(samples, size[0], size[1]); });
    return give_bools(std::move(inside),
                      {static_cast<size_t>(size[0]), static_cast<size_t>(size[1])});
}

bool py_tidy(Writable mask, std::optional<In<bool, 2>> earlier, Window window,
             std::array<int32_t, 2> click, int64_t speck, int64_t hole, In<int32_t, 2> kept) {
    check_picture(mask.shape(0), mask.shape(1));
    check_window(window, mask.shape(0), mask.shape(1));
    require(!earlier || (earlier->shape(0) == mask.shape(0) && earlier->shape(1) == mask.shape(1)),
            "the earlier mask must have the mask's shape");
    require(!earlier || (window[0] <= click[0] && click[0] < window[2] && window[1] <= click[1] &&
                         click[1] < window[3]),
            "the click must lie in the window");
    require(speck >= 0 && hole >= 0, "speck and hole must be 0 or more");
    const Masks masks{mask.data(), earlier ? earlier->data() : nullptr, side(mask.shape(0)),
                      side(mask.shape(1))};
    const Part part{window[0], window[1], window[2], window[3]};
    require(kept.shape(1) == 2, "kept must be (count, 2)");
    std::vector<Pixel> pixels;
    for (size_t k = 0; k < kept.shape(0); ++k)
        pixels.push_back({kept.data()[2 * k], kept.data()[2 * k + 1]});
    return unlocked([&] { return tidy(masks, part, {click[0], click[1]}, {speck, hole}, pixels); });
}

nb::tuple py_bounding_box(In<bool, 2> mask) {
    const Box box = unlocked([&] { return bounding_box(mask.data(), mask.shape(0), mask.shape(1)); });
    return nb::make_tuple(box.left, box.top, box.right, box.bottom);
}

Out<uint8_t> py_halve(In<uint8_t, 3> image) {
    const size_t height = image.shape(0), width = image.shape(1);
    check_picture(height, width);
    require(image.shape(2) == 3, "image must be (height, width, 3)");
    require(height >= 2 && width >= 2, "a side of one pixel cannot be halved");
    auto half = unlocked([&] { return halve(image.data(), side(height), side(width)); });
    return give<uint8_t>(std::move(half), {height / 2, width / 2, 3});
}

void bind_graph(nb::module_& module) {
    using Field = std::vector<int32_t> Graph::*;
    auto cls = nb::class_<Graph>(module, "Graph", "An undirected graph that never changes.");
    cls.def(
        "__init__",
        [](Graph* self, int32_t n, In<int32_t, 1> first, In<int32_t, 1> second) {
            new (self) Graph(n, copied(first), copied(second));
        },
        "n"_a, "first"_a.noconvert(), "second"_a.noconvert());
    cls.def_prop_ro("n_nodes", &Graph::n_nodes).def_prop_ro("n_edges", &Graph::n_edges);
    const auto expose = [&](const char* name, Field field) {
        cls.def_prop_ro(name, [field](nb::handle self) {
            return view(nb::cast<const Graph&>(self).*field, self);
        });
    };
    expose("first", &Graph::first);
    expose("second", &Graph::second);
    expose("start", &Graph::start);
    expose("neighbour", &Graph::neighbour);
    expose("edge", &Graph::edge);
}

}  // namespace

NB_MODULE(_core, module) {
    module.doc() = "Compiled kernels of pickout. Internal: use pickout.analysis instead.";
    keep_freed_memory();
    bind_graph(module);
    module.def("watershed", &py_watershed, "relief"_a.noconvert());
    module.def("adjacency", &py_adjacency, "labels"_a.noconvert(), "n"_a, "maps"_a.noconvert());
    module.def("region_means", &py_region_means, "labels"_a.noconvert(), "n"_a,
               "values"_a.noconvert());
    module.def("region_places", &py_region_places, "labels"_a.noconvert(), "n"_a);
    module.def("to_lab", &py_to_lab, "rgb"_a.noconvert());
    module.def("gradient_length", &py_gradient_length, "values"_a.noconvert());
    module.def("details", &py_details, "lab"_a.noconvert(), "fine"_a.noconvert(),
               "middle"_a.noconvert(), "coarse"_a.noconvert());
    module.def("geodesic", &py_geodesic, "graph"_a, "weights"_a.noconvert(),
               "sources"_a.noconvert(), nb::kw_only(), "maximum"_a = false, "limit"_a);
    module.def("diffuse", &py_diffuse, "graph"_a, "affinity"_a.noconvert(), "values"_a.noconvert(),
               "steps"_a);
    module.def("differences", &py_differences, "graph"_a, "looks"_a.noconvert());
    module.def("largest_around", &py_largest_around, "graph"_a, "values"_a.noconvert());
    module.def("sum_around", &py_sum_around, "graph"_a, "values"_a.noconvert());
    module.def("mixture_density", &py_mixture_density, "colours"_a.noconvert(),
               "weight"_a.noconvert(), nb::kw_only(), "parts"_a, "rounds"_a, "floor"_a);
    module.def("nearest", &py_nearest, "points"_a.noconvert(), "anchors"_a.noconvert());
    module.def("surroundings", &py_surroundings, "colour"_a.noconvert(), "weight"_a.noconvert(),
               "rows"_a.noconvert(), "columns"_a.noconvert(), "sides"_a.noconvert());
    module.def("minimum_cut", &py_minimum_cut, "graph"_a, "capacity"_a.noconvert(),
               "terminal"_a.noconvert());
    module.def("merge_tree", &py_merge_tree, "graph"_a, "strength"_a.noconvert(),
               "length"_a.noconvert(), "area"_a.noconvert(), "area_power"_a = 0.0f);
    module.def("component", &py_component, "graph"_a, "inside"_a.noconvert(),
               "seeds"_a.noconvert());
    module.def("parts", &py_parts, "graph"_a, "joined"_a.noconvert());
    module.def("evaluate", &py_evaluate, "feature"_a.noconvert(), "threshold"_a.noconvert(),
               "leaf"_a.noconvert(), "bias"_a, "features"_a.noconvert());
    module.def("halve", &py_halve, "image"_a.noconvert());
    module.def("enlarge", &py_enlarge, "field"_a.noconvert(), "image"_a.noconvert(),
               "inside"_a.noconvert(), "outside"_a.noconvert(), nb::kw_only(),
               "window"_a = nb::none(), "trust"_a, "noise"_a);
    module.def("draw", &py_draw, "mask"_a.noconvert(), "field"_a.noconvert(),
               "image"_a.noconvert(), "inside"_a.noconvert(), "outside"_a.noconvert(),
               "opened"_a.noconvert().none(), "row_of"_a.noconvert(), "column_of"_a.noconvert(),
               nb::kw_only(), "window"_a, "trust"_a, "noise"_a);
    module.def("shrink", &py_shrink, "mask"_a.noconvert(), nb::kw_only(), "window"_a, "step"_a,
               "left"_a, "top"_a, "size"_a);
    module.def("tidy", &py_tidy, "mask"_a.noconvert(), "earlier"_a.noconvert().none(),
               nb::kw_only(), "window"_a, "click"_a, "speck"_a, "hole"_a,
               "kept"_a.noconvert());
    module.def("bounding_box", &py_bounding_box, "mask"_a.noconvert());
}
