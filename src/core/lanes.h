// Four neighbouring numbers: they fill one vector register on every machine.
#pragma once

namespace pickout {

#if defined(__GNUC__)
struct Four {
    typedef float Lanes __attribute__((vector_size(16)));
    Lanes lanes;

    void add(float weight, const Four& other) { lanes += weight * other.lanes; }
    Four times(float factor) const { return {lanes * factor}; }
    float operator[](int k) const { return lanes[k]; }
};
#else
struct Four {
    float lanes[4];

    void add(float weight, const Four& other) {
        for (int k = 0; k < 4; ++k) lanes[k] += weight * other.lanes[k];
    }
    Four times(float factor) const {
        return {{lanes[0] * factor, lanes[1] * factor, lanes[2] * factor, lanes[3] * factor}};
    }
    float operator[](int k) const { return lanes[k]; }
};
#endif

}  // namespace pickout
