#pragma once

namespace pickout {

// Asks the C library to keep up to 64 MB of freed memory for the next picture. By default glibc
// hands arrays of some megabytes back at once, and half of the time of an analysis went into
// getting fresh pages for the next ones. Elsewhere nothing happens.
void keep_freed_memory();

}  // namespace pickout
