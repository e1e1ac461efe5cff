// The Python module pickout._core: checks shapes at the border, releases the GIL, knows arrays only.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

NB_MODULE(_core, module) {
    module.doc() = "Compiled kernels of pickout. Internal: use pickout.analysis instead.";
}
