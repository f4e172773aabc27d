// The order of an index's rows, in which those that lie near each other have neighbouring numbers: cells of
// k-means (Lloyd 1982). Their centres are found in two steps, coarse ones and those of each coarse one's
// rows, and a row is compared with those of the nearest coarse ones: some hundreds instead of thousands. What
// a filter's search reads then lies together (cells.h), and so does what a walk and the builder read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/status.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

struct Arrangement {
  std::vector<uint32_t> order;   // the row that goes to each place; those of a cell ascend
  std::vector<uint32_t> starts;  // the first place of each cell and, last, the number of rows
};

// How many cells so many rows are cut into: 3 roots of them, at most 65,536. (On 1 M x 64 with a tenth of the
// rows eligible at random, 2, 3, 4, 6 and 8 roots took 41, 36, 38, 44 and 50 us at recall .95.)
size_t CellsFor(size_t rows);
// No arrangement of so many rows has more: each coarse centre's share of the cells is rounded up.
size_t MostCells(size_t rows);

// The same on every machine and for any number of threads. vector_not_finite, argument_invalid for dims or
// threads out of bounds, out_of_memory.
Status Arrange(const Vectors& vectors, const simd::Kernels& kernels, uint32_t threads, uint64_t seed,
               Arrangement* arrangement);

// What Arrange allocates at most, its result included.
uint64_t ArrangeMemoryBound(uint64_t rows, size_t dims, uint32_t threads);

}  // namespace sepet::hnsw
