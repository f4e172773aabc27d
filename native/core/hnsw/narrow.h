// The scan of a narrow filter over the int8 copy of the vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/hnsw/quantized.h"
#include "core/hnsw/search.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

// Up to so many rows are scored exactly at once. On 1 M x 64 (AVX2, 4 KB pages, k 10) both ways take 8 us for
// 150 rows that are not in a cache, and the exact one 20 against 12 us for 300; for rows that are in one it
// takes 4 against 8 us for 300 and is the slower from 1,000 on.
inline constexpr size_t kExactRows = 256;

// ScanAmong with estimates first: scores all rows in bytes and the best max(rerank, 4k + 16) of them exactly.
// `among` ascends and stays below vectors.rows; rows that the copy does not cover are scored exactly. Query
// i's hits are scratch.tops[i].Sorted(), as many as ScanAmong finds.
void ScanQuantized(const Quantized& quantized, const Vectors& vectors, const simd::Kernels& kernels,
                   std::span<const uint32_t> among, const Queries& queries, uint32_t rerank,
                   Scratch& scratch);

}  // namespace sepet::hnsw
