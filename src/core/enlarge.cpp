#include "enlarge.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace pickout {
namespace {

constexpr int kSure = 127;

// Where a fine pixel's centre lies among coarse pixel centres, and how much of each it gets.
struct Tap {
    int32_t low, high;
    float of_low, of_high;
    int32_t nearest, as_near;  // of the two; the same unless both are equally near
};

// The taps of the second half mirror those of the first, to the bit and ties included.
std::vector<Tap> taps(int32_t fine, int32_t coarse) {
    std::vector<Tap> result(fine);
    const double scale = static_cast<double>(coarse) / fine;
    for (int32_t i = 0; 2 * i < fine; ++i) {
        const double at = std::clamp((i + 0.5) * scale - 0.5, 0.0, coarse - 1.0);
        const int32_t low = static_cast<int32_t>(at), high = std::min(low + 1, coarse - 1);
        const float share = static_cast<float>(at - low);
        const int32_t nearest = share < 0.5f ? low : high, as_near = share > 0.5f ? high : low;
        const int32_t last = coarse - 1;
        result[fine - 1 - i] = {last - high,    last - low,    share,
                                1 - share, last - nearest, last - as_near};
        result[i] = {low, high, 1 - share, share, nearest, as_near};
    }
    return result;
}

// For every coarse place the first fine one that hears of a later coarse one.
std::vector<int32_t> ends(const std::vector<Tap>& taps, int32_t coarse) {
    std::vector<int32_t> result(coarse, static_cast<int32_t>(taps.size()));
    int32_t c = 0;
    for (size_t i = 0; i < taps.size(); ++i)
        while (c < taps[i].high) result[c++] = static_cast<int32_t>(i);
    return result;
}

// The first index from `at` on, at most `n`, where one of two rows holds anything but `value`.
int32_t run_of(const int8_t* a, const int8_t* b, int32_t at, int32_t n, int8_t value) {
    uint64_t eight, left, right;
    std::memset(&eight, value, sizeof eight);
    for (; at + 8 <= n; at += 8) {
        std::memcpy(&left, a + at, sizeof left);
        std::memcpy(&right, b + at, sizeof right);
        if (left != eight || right != eight) break;
    }
    while (at < n && a[at] == value && b[at] == value) ++at;
    return at;
}

class Enlarger {
  public:
    Enlarger(const FieldView& field, const ImageView& image, const LocalColours& colours,
             float trust, float noise)
        : field_(field), image_(image), colours_(colours), trust_(trust), noise_(noise * noise * noise * noise),
          rows_(taps(image.height, field.height)), columns_(taps(image.width, field.width)),
          column_ends_(ends(columns_, field.width)),
          colour_rows_(taps(image.height, colours.height)),
          colour_columns_(taps(image.width, colours.width)) {}

    std::vector<int8_t> run() const {
        std::vector<int8_t> fine(size_t(image_.height) * image_.width);
        for_runs(kSure, [&](int32_t y, const Run& run) {
            int8_t* row = fine.data() + size_t(y) * image_.width;
            if (run.sign != 0) std::fill(row + run.from, row + run.to, run.sign * kSure);
            else decide_run(row, y, run);
        });
        return fine;
    }

    void draw(const Canvas& canvas) const {
        // Colours move a value v by less than trust * 2 * (kSure - |v|): beyond this not across 0.
        const float farthest = (2 * kSure * trust_ + 1) / (1 + 2 * trust_);
        const int certain = std::min(kSure, static_cast<int>(farthest) + 1);
        std::vector<Span> open;
        int32_t open_row = -1;
        for_runs(certain, [&](int32_t y, const Run& run) {
            bool* row = canvas.mask + y * canvas.stride;
            if (!canvas.opened) return draw_run(row, y, run, certain);
            if (open_row != canvas.row_of[y]) open = open_spans(canvas, open_row = canvas.row_of[y]);
            for (const Span& span : open) {
                const int32_t from = std::max(span.from, run.from), to = std::min(span.to, run.to);
                if (from < to) draw_run(row, y, {from, to, run.sign}, certain);
            }
        });
    }

  private:
    // Neighbouring fine columns that are all certain and on one side, or (sign 0) to be decided.
    struct Run {
        int32_t from, to;
        int8_t sign;
    };

    struct Span {
        int32_t from, to;
    };

    // The fine columns that may change where the coarse row is `row`.
    std::vector<Span> open_spans(const Canvas& canvas, int32_t row) const {
        const bool* opened = canvas.opened + size_t(row) * canvas.opened_width;
        std::vector<Span> spans;
        for (int32_t x = 0; x < image_.width; ++x) {
            if (!opened[canvas.column_of[x]]) continue;
            if (!spans.empty() && spans.back().to == x) spans.back().to = x + 1;
            else spans.push_back({x, x + 1});
        }
        return spans;
    }

    void decide_run(int8_t* out, int32_t y, const Run& run) const {
        const Row row = row_at(y);
        for (int32_t x = run.from; x < run.to; ++x) out[x] = decide(row, x);
    }

    void draw_run(bool* out, int32_t y, const Run& run, int certain) const {
        if (run.sign != 0) {
            std::fill(out + run.from, out + run.to, run.sign > 0);
            return;
        }
        const Row row = row_at(y);
        for (int32_t x = run.from; x < run.to; ++x) out[x] = is_inside(row, x, float(certain));
    }

    // Calls visit(row, run) for all runs; values of `certain` and more are certain.
    template <typename Visit>
    void for_runs(int certain, Visit&& visit) const {
        std::vector<Run> runs;
        for (int32_t y = 0; y < image_.height; ++y) {
            // Fine rows between the same two coarse ones are certain at the same places.
            if (y == 0 || rows_[y].low != rows_[y - 1].low) runs = find_runs(rows_[y], certain);
            for (const Run& run : runs) visit(y, run);
        }
    }

    int at(int32_t row, int32_t column) const {
        return field_.values[size_t(row) * field_.width + column];
    }

    std::vector<Run> find_runs(const Tap& v, int certain) const {
        std::vector<Run> runs;
        for (int32_t x = 0; x < image_.width;) {
            const Tap& h = columns_[x];
            int32_t end = x + 1;
            while (end < image_.width && columns_[end].low == h.low) ++end;
            const auto around = {at(v.low, h.low), at(v.low, h.high), at(v.high, h.low),
                                 at(v.high, h.high)};
            const auto [least, most] = std::minmax(around);
            const auto sign = static_cast<int8_t>(least >= certain ? 1 : most <= -certain ? -1 : 0);
            if (least == most && sign != 0) {  // most rows are alike from end to end: leap
                const int8_t* rows = field_.values;
                const int32_t alike = run_of(rows + size_t(v.low) * field_.width,
                                             rows + size_t(v.high) * field_.width, h.low,
                                             field_.width, static_cast<int8_t>(least));
                end = std::max(end, column_ends_[alike - 1]);
            }
            if (!runs.empty() && runs.back().sign == sign) runs.back().to = end;
            else runs.push_back({x, end, sign});
            x = end;
        }
        return runs;
    }

    // What is the same for all pixels of a fine row.
    struct Row {
        const int8_t *low, *high;  // the coarse rows around it
        float of_low, of_high;
        const uint8_t* pixels;
        size_t colour, as_near;  // of the nearest local colours: index of the row's first
    };

    Row row_at(int32_t y) const {
        const Tap &v = rows_[y], &c = colour_rows_[y];
        return {field_.values + size_t(v.low) * field_.width,
                field_.values + size_t(v.high) * field_.width,
                v.of_low,
                v.of_high,
                image_.pixels + y * image_.stride * 3,
                size_t(c.nearest) * colours_.width,
                size_t(c.as_near) * colours_.width};
    }

    float interpolated(const Row& row, int32_t x) const {
        const Tap& h = columns_[x];
        // Opposite corners are added first: then mirrored and transposed sums round alike.
        return (row.of_low * h.of_low * row.low[h.low] + row.of_high * h.of_high * row.high[h.high]) +
               (row.of_low * h.of_high * row.low[h.high] + row.of_high * h.of_low * row.high[h.low]);
    }

    int8_t decide(const Row& row, int32_t x) const {
        const float prior = interpolated(row, x);
        const float value = prior + trust_ * colour_evidence(row, x, prior);
        const double limited = std::clamp(value, -126.0f, 126.0f);
        return static_cast<int8_t>(limited + (limited < 0 ? -0.5 : 0.5));  // rounds
    }

    bool is_inside(const Row& row, int32_t x, float certain) const {
        const float prior = interpolated(row, x);
        if (std::abs(prior) > certain) return prior > 0.0f;
        return prior + trust_ * colour_evidence(row, x, prior) >= 0.5f;
    }

    // Where two coarse places are equally near, neither comes first: their mean counts.
    float colour_evidence(const Row& row, int32_t x, float prior) const {
        const Tap& h = colour_columns_[x];
        const uint8_t* pixel = row.pixels + size_t(x) * 3;
        float place = place_between(pixel, row.colour + h.nearest);
        if (row.colour != row.as_near || h.nearest != h.as_near)
            place = ((place + place_between(pixel, row.as_near + h.as_near)) +
                     (place_between(pixel, row.colour + h.as_near) +
                      place_between(pixel, row.as_near + h.nearest))) / 4;
        // Evidence fades towards certainty, so that it moves the outline but makes no new islands.
        const float doubt = std::min(1.0f, 2.0f - 2.0f * std::abs(prior) / kSure);
        return 2 * kSure * place * doubt;
    }

    // Where a pixel's colour lies between two local ones, from -0.5 (outside) to 0.5; next to 0 if
    // these hardly differ.
    float place_between(const uint8_t* pixel, size_t colour) const {
        const float *inside = colours_.inside + colour * 3, *outside = colours_.outside + colour * 3;
        float along = 0.0f, apart = 0.0f;
        for (int k = 0; k < 3; ++k) {
            const float axis = inside[k] - outside[k];
            along += (pixel[k] - outside[k]) * axis;
            apart += axis * axis;
        }
        const float place = std::clamp(along / (apart + 1e-3f), 0.0f, 1.0f) - 0.5f;
        return place * apart * apart / (apart * apart + noise_ + 1e-3f);
    }

    const FieldView field_;
    const ImageView image_;
    const LocalColours colours_;
    float trust_, noise_;
    std::vector<Tap> rows_, columns_;
    std::vector<int32_t> column_ends_;
    std::vector<Tap> colour_rows_, colour_columns_;
};

}  // namespace

std::vector<int8_t> enlarge(const FieldView& field, const ImageView& image,
                            const LocalColours& colours, float trust, float noise) {
    return Enlarger(field, image, colours, trust, noise).run();
}

void draw(const FieldView& field, const ImageView& image, const LocalColours& colours, float trust,
          float noise, const Canvas& canvas) {
    Enlarger(field, image, colours, trust, noise).draw(canvas);
}

}  // namespace pickout
