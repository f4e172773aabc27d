// Fills the slots of an answer from a line of candidates, one after the other: each with the best that
// diversity allows. Diversity defers, it never shortens: where no candidate fits, neighbours may be alike,
// and then maxima may be exceeded. Everything is const but the scratch, which belongs to one caller.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/simd/kernels.h"

namespace sepet::diversity {

// A value that is not known: unlike every other one, and not counted.
inline constexpr uint32_t kUnknown = 0xFFFFFFFFu;
inline constexpr uint32_t kNoMaximum = 0xFFFFFFFFu;
// Brand, category and group.
inline constexpr size_t kColumns = 3;

// What candidates are compared by.
struct Products {
  std::array<std::span<const uint32_t>, kColumns> columns;  // a value a row, equally long
  const float* vectors;                                     // rows below `trained` have one of `dims` floats
  size_t trained;
  size_t dims;
};

// The candidates, by tier and then by falling total. All spans are equally long.
struct Line {
  std::span<const uint32_t> rows;
  std::span<const uint32_t> tiers;
  std::span<const double> totals;
  std::span<const uint8_t> reserved;  // 1 where the candidate must be among the chosen
};

struct Wish {
  size_t need;                          // slots
  double mmr;                           // 0 to 1: what unlikeness weighs against the total
  size_t apart;                         // the column that neighbours must not share; kColumns for none
  std::array<uint32_t, kColumns> most;  // of one value; kNoMaximum for any number
};

struct Candidate {
  double most;          // its worth were it unlike all that stand
  double bound;         // its worth as far as it was compared, which only falls; nothing where it stands
  double likeness;      // highest cosine with the first `compared` of those that stand
  double scale;         // 1 / length of its vector; 0 without one
  const float* vector;  // null until it is looked at
  uint32_t compared;
  bool stands;
};

struct Scratch {
  std::vector<Candidate> candidates;
  std::vector<uint32_t> standing;                      // places in the line
  std::array<std::vector<uint32_t>, kColumns> values;  // of those that stand
};

// Writes the places in the line of those chosen, in the order in which they stand; returns how many: the
// lower of `need` and the line's length, which `chosen` must hold. Rows must lie within the columns.
//
// With mmr (Carbonell and Goldstein 1998), worth is (1 - mmr) * relevance - mmr * likeness: relevance is 1
// for the best total of a tier, 0 for the last of the two a slot that are in question, and below for the
// others; each further tier begins where the one before ends. Likeness is the highest cosine with one that
// stands, at least 0. Without mmr, the line's order decides.
size_t Choose(const Products& products, const Line& line, const Wish& wish, const simd::Kernels& kernels,
              Scratch& scratch, std::span<uint32_t> chosen);

}  // namespace sepet::diversity
