// The same source compiled for several widths of vector registers, chosen when the module loads.
// No fused multiply-add is allowed (-ffp-contract=off), so all give the same bits.
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define PICKOUT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PICKOUT_WIDE
#endif
