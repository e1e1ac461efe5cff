#include "memory.h"

#if defined(__linux__)
#include <malloc.h>
#endif

namespace pickout {

void keep_freed_memory() {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that glibc takes
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

}  // namespace pickout
