/**
 * What multiplies where convolutions have bfloat16 factors: matrix tiles, dot products of pairs, or
 * float32 arithmetic on rounded factors, which every processor has.
 */
#pragma once

namespace blurcycle {

/**
 * Units that multiply bfloat16, best first, and AMX in plain C++, which is for tests and never
 * taken unless it is named.
 */
enum class Bfloat16Unit { amx, avx512bf16, rounded, emulated };

/**
 * The unit in use: the best that the processor, the system and the instruction set in use have, or
 * the one named by the environment's BLURCYCLE_BF16.
 */
Bfloat16Unit currentBfloat16();
/** "amx", "avx512-bf16", "rounded" or "amx-emulated". */
const char* bfloat16Name(Bfloat16Unit unit);
/**
 * Whether the processor and the system have it and the instruction set in use is that of AVX-512.
 */
bool bfloat16Available(Bfloat16Unit unit);
/** Takes the unit from now on; false where it is not available. */
bool selectBfloat16(Bfloat16Unit unit);

}  // namespace blurcycle
