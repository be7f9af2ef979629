/** What the WebAssembly module has in place of a library: exports, and memory that is kept. */
#pragma once

#include <cstdint>

#define EXPORT(name) extern "C" __attribute__((export_name(#name), visibility("default")))
#define IMPORT(name) extern "C" __attribute__((import_module("host"), import_name(#name)))

namespace blurcycle {

/** Memory for so many floats, aligned to 64 bytes, that lives as long as the module. */
float* keepFloats(int64_t floats);

}  // namespace blurcycle
