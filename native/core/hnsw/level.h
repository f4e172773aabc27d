// The lists of one level, made for all its rows at once instead of by insertion: each row chooses from the
// rows with the greatest inner products with it, then once more from those and from the rows that chose it.
//
// A row is linked to what a query like it asks for, by the plain inner product: rows with short vectors,
// which answer nothing, take no places of others' lists. Against lists that are nearest in a metric space
// (the added dimension of Bachrach et al. 2014) that takes a fifth of the steps on 200 K product vectors of
// 64 dimensions (recall@10 0.95, ef as wide as needed: 15 to 104), and full lists two thirds of those of
// diverse neighbours only (15 to 23).
#pragma once

#include <cstdint>

#include "core/base/unset.h"
#include "core/hnsw/gather.h"

namespace sepet::hnsw {

struct ListShape {
  size_t places;
  size_t fill;        // places that are filled where diversity gives fewer
  size_t candidates;  // from which neighbours are chosen
};

// `places` positions in level.members for each of them, kNone behind the last. Adds members.size() to the
// progress for every round of Gather and twice more. The same for every number of threads. Half done when
// cancelled.
UnsetVector<uint32_t> LinkLevel(const LevelInput& level, const ListShape& shape);

// The steps of progress that LinkLevel makes.
int64_t LinkSteps(size_t rows, const ListShape& shape);

// The bytes that LinkLevel allocates at most, its result included.
uint64_t LinkMemoryBound(uint64_t rows, uint64_t dims, const ListShape& shape, uint32_t threads);

}  // namespace sepet::hnsw
