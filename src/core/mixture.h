#pragma once
#include <cstddef>
#include <vector>

namespace pickout {

// For n colours the log of their density in a mixture of at most `parts` Gaussians, fitted to the
// same colours where each counts with its weight (n, >= 0). All 0 if nothing counts.
//
// The part with the widest spread along one channel is split at its mean there until there are
// `parts` (Orchard & Bouman 1991, here along channels instead of the widest direction); then every
// colour joins, `rounds` times, the part that is likeliest to have made it, as in GrabCut (Rother
// et al. 2004). `floor` is added to the variances. colours: (n, 3).
std::vector<float> mixture_density(const float* colours, const float* weight, size_t n, int parts,
                                   int rounds, float floor);

}  // namespace pickout
