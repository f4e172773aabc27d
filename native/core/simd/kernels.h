// The arithmetic of the hot loops, chosen once for the CPU that runs. Every kernel takes any length and any
// alignment. Thread-safe: const tables.
//
// All kernels give the same bits. The floats do because the order of their operations is part of the
// definition: 32 lanes, of which lane j adds up the elements i with i % 32 = j in ascending order by fused
// multiply-adds, starting from +0; then the lanes are added in pairs, lane j and lane j + 16, and what is
// left by j + 8, j + 4, j + 2 and j + 1. So a graph has the same bytes on whatever CPU it was built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/status.h"

namespace sepet::simd {

inline constexpr size_t kLanes = 32;          // of the canonical order of the floats
inline constexpr size_t kCodesABlock = 32;    // codes that scan_codes adds up at once
inline constexpr size_t kTableEntries = 16;   // of a position
inline constexpr size_t kMaxPositions = 256;  // 256 * 255 is the largest sum that 16 bits hold
inline constexpr size_t kInsertRoom = 64;     // behind the arrays that `insert` changes
inline constexpr size_t kAbreast = 16;        // vectors that lie side by side for abreast_i8
inline constexpr size_t kQuad = 4;            // values of one of them, before the next one's follow

// What the 32 estimates of one block have in common.
struct EstimateTerms {
  float exact, low, step, bar;
};

// What the 16 entries of every position of a query's tables are made of.
struct TableTerms {
  const float* levels;  // dims x 16: the level of each dimension of a position by the position's code
  size_t dims;          // of a position: 2 or 4
  float top;            // no level is larger, whatever its sign
  float scale;
};

// Where value i of vector j lies among blocks of kAbreast vectors of quads * kQuad values each.
constexpr size_t AbreastPlace(size_t j, size_t i, size_t quads) {
  return ((j / kAbreast * quads + i / kQuad) * kAbreast + j % kAbreast) * kQuad + i % kQuad;
}

struct Kernels {
  const char* name;
  float (*dot)(const float* a, const float* b, size_t n);               // sum a[i]*b[i]
  float (*squared_distance)(const float* a, const float* b, size_t n);  // sum (a[i]-b[i])^2
  // sum a[i]*b[i] over values from -127 to 127, n <= 65,536: exact.
  int32_t (*dot_i8)(const int8_t* a, const int8_t* b, size_t n);
  // dots[i] = dot_i8(query, rows + list[i] * n, n) for every i: several rows at a time.
  void (*dots_i8)(const int8_t* query, const int8_t* rows, size_t n, std::span<const uint32_t> list,
                  int32_t* dots);
  // The same for whole blocks of 16 vectors that lie side by side, with nothing to add up across a register:
  //     dots[b*16 + j] = sum over i < quads * 4 of query[i] * blocks[AbreastPlace(b*16 + j, i, quads)]
  // for b < count, j < 16.
  void (*abreast_i8)(const int8_t* query, const int8_t* blocks, size_t quads, size_t count, int32_t* dots);
  // Looks 32 codes of 4 bits a position up in a table of 16 bytes a position and adds up what it finds
  // (FastScan: André, Kermarrec, Le Scouarnec 2015):
  //     sums[j] = sum over p < positions of tables[p*16 + code(j, p)],  j = 0 .. 31,
  // where code(j, p) is the low nibble of codes[p*16 + j] for j < 16 and the high nibble of
  // codes[p*16 + j - 16] for the others. `positions` is a multiple of 4, at most kMaxPositions.
  void (*scan_codes)(const uint8_t* tables, const uint8_t* codes, size_t positions, uint16_t* sums);
  // estimates[j] = (exact + exact*b) + s*(low + step*sums[j]), j = 0 .. 31, where factors[j] holds s in its
  // high half and b in its low half, both bfloat16; each operation rounded by itself. Returns bit j for every
  // estimate above the bar.
  uint32_t (*estimate)(const uint16_t* sums, const uint32_t* factors, const EstimateTerms& terms,
                       float* estimates);
  // Puts a key and its row into two arrays side by side, behind the keys that are not above it: there are as
  // many of those as it returns. The arrays hold `size` and kInsertRoom more places, where anything may be
  // written but in the first, which gets what was last.
  size_t (*insert)(int32_t* keys, uint32_t* rows, size_t size, int32_t key, uint32_t row);
  // Fills the tables that scan_codes reads from positions * dims values:
  //     tables[p*16 + v] = 0.5 + sum over i < dims of (x*levels[i*16 + v] + |x|*top),
  // where x = values[p*dims + i] * scale; added in this order, each operation rounded by itself, the fraction
  // of the end cut off. No sum may reach 256.
  void (*fill_tables)(const float* values, size_t positions, const TableTerms& terms, uint8_t* tables);
};

// The kernels that this CPU can run, plainest first: element 0 is the scalar oracle, the last is the fastest.
std::span<const Kernels* const> AvailableKernels();

// The kernel of that name, or the fastest where the name is empty; argument_invalid for one that is unknown
// or that this CPU lacks.
Status FindKernels(std::string_view name, const Kernels** found);

// What FindKernels gives for the environment variable SEPET_KERNEL, read once. Falls back to scalar when the
// variable is wrong; ActiveStatus() says so, and the binding refuses to load then.
const Kernels& ActiveKernels();
const Status& ActiveStatus();

extern const Kernels kScalar;
#if defined(__x86_64__)
extern const Kernels kAvx2;
extern const Kernels kAvx512;
extern const Kernels kAvx512Vnni;
#elif defined(__aarch64__)
extern const Kernels kNeon;
#endif

}  // namespace sepet::simd
