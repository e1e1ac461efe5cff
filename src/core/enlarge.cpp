#include "enlarge.h"

#include <algorithm>
#include <cmath>

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

class Enlarger {
  public:
    Enlarger(const FieldView& field, const ImageView& image, const LocalColours& colours,
             float trust, float noise)
        : field_(field), image_(image), colours_(colours), trust_(trust), noise_(noise * noise),
          rows_(taps(image.height, field.height)), columns_(taps(image.width, field.width)),
          colour_rows_(taps(image.height, colours.height)),
          colour_columns_(taps(image.width, colours.width)) {}

    std::vector<int8_t> run() const {
        std::vector<int8_t> fine(size_t(image_.height) * image_.width);
        for_runs(kSure, [&](int32_t y, const Run& run) {
            int8_t* row = fine.data() + size_t(y) * image_.width;
            if (run.sign != 0) std::fill(row + run.from, row + run.to, run.sign * kSure);
            else
                for (int32_t x = run.from; x < run.to; ++x) row[x] = decide(y, x);
        });
        return fine;
    }

    void draw(const Canvas& canvas) const {
        // Colours move a value v by less than trust * 2 * (kSure - |v|): beyond this not across 0.
        const float farthest = (2 * kSure * trust_ + 1) / (1 + 2 * trust_);
        const int certain = std::min(kSure, static_cast<int>(farthest) + 1);
        for_runs(certain, [&](int32_t y, const Run& run) {
            bool* row = canvas.mask + y * canvas.stride;
            if (!canvas.opened) return draw_run(row, y, run, certain);
            const bool* opened = canvas.opened + size_t(canvas.row_of[y]) * canvas.opened_width;
            for (int32_t x = run.from; x < run.to;) {
                const bool is_open = opened[canvas.column_of[x]];
                int32_t end = x + 1;
                while (end < run.to && opened[canvas.column_of[end]] == is_open) ++end;
                if (is_open) draw_run(row, y, {x, end, run.sign}, certain);
                x = end;
            }
        });
    }

  private:
    // Neighbouring fine columns that are all certain and on one side, or (sign 0) to be decided.
    struct Run {
        int32_t from, to;
        int8_t sign;
    };

    void draw_run(bool* row, int32_t y, const Run& run, int certain) const {
        if (run.sign != 0) std::fill(row + run.from, row + run.to, run.sign > 0);
        else
            for (int32_t x = run.from; x < run.to; ++x) row[x] = is_inside(y, x, float(certain));
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
            if (!runs.empty() && runs.back().sign == sign) runs.back().to = end;
            else runs.push_back({x, end, sign});
            x = end;
        }
        return runs;
    }

    float interpolated(int32_t y, int32_t x) const {
        const Tap &v = rows_[y], &h = columns_[x];
        // Opposite corners are added first: then mirrored and transposed sums round alike.
        return (v.of_low * h.of_low * at(v.low, h.low) +
                v.of_high * h.of_high * at(v.high, h.high)) +
               (v.of_low * h.of_high * at(v.low, h.high) +
                v.of_high * h.of_low * at(v.high, h.low));
    }

    int8_t decide(int32_t y, int32_t x) const {
        const float prior = interpolated(y, x);
        const float value = prior + trust_ * colour_evidence(y, x, prior);
        return static_cast<int8_t>(std::lround(std::clamp(value, -126.0f, 126.0f)));
    }

    bool is_inside(int32_t y, int32_t x, float certain) const {
        const float prior = interpolated(y, x);
        if (std::abs(prior) > certain) return prior > 0.0f;
        return std::lround(prior + trust_ * colour_evidence(y, x, prior)) > 0;
    }

    // Where two coarse places are equally near, neither comes first: their mean counts.
    float colour_evidence(int32_t y, int32_t x, float prior) const {
        const Tap &v = colour_rows_[y], &h = colour_columns_[x];
        float place = place_between(y, x, v.nearest, h.nearest);
        if (v.nearest != v.as_near || h.nearest != h.as_near)
            place = ((place + place_between(y, x, v.as_near, h.as_near)) +
                     (place_between(y, x, v.nearest, h.as_near) +
                      place_between(y, x, v.as_near, h.nearest))) / 4;
        // Evidence fades towards certainty, so that it moves the outline but makes no new islands.
        const float doubt = std::min(1.0f, 2.0f - 2.0f * std::abs(prior) / kSure);
        return 2 * kSure * place * doubt;
    }

    // Where a pixel's colour lies between the two local ones, from -0.5 (outside) to 0.5; nearer
    // to 0 the less these differ.
    float place_between(int32_t y, int32_t x, int32_t row, int32_t column) const {
        const size_t near = (size_t(row) * colours_.width + column) * 3;
        const uint8_t* pixel = image_.pixels + (y * image_.stride + x) * 3;
        float along = 0.0f, apart = 0.0f;
        for (int k = 0; k < 3; ++k) {
            const float outside = colours_.outside[near + k];
            const float axis = colours_.inside[near + k] - outside;
            along += (pixel[k] - outside) * axis;
            apart += axis * axis;
        }
        const float place = std::clamp(along / (apart + 1e-3f), 0.0f, 1.0f) - 0.5f;
        return place * apart / (apart + noise_);
    }

    const FieldView field_;
    const ImageView image_;
    const LocalColours colours_;
    float trust_, noise_;
    std::vector<Tap> rows_, columns_, colour_rows_, colour_columns_;
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
