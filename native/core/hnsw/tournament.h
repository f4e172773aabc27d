// Many numbers, of which the highest are wanted one after the other, until they are too low: tree selection
// (Knuth, The Art of Computer Programming 3, 5.2.3) with 16 children a node, as many as a few vector
// instructions compare. Setting it up reads every number once; a Take reads 16 a level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sepet::hnsw {

class Tournament {
 public:
  // What a number is once it was taken; those that are this from the first are never worth taking.
  static constexpr int32_t kTaken = std::numeric_limits<int32_t>::min();

  // Room for `count` numbers, to be filled in before Start: a multiple of 16 of them, those past `count` to
  // be kTaken. Good until the next Reset.
  std::span<int32_t> Reset(size_t count);
  // Compares all of them.
  void Start();

  struct Highest {
    int32_t value;  // kTaken where all were taken
    uint32_t at;
  };
  // The highest that was not taken yet, of equal ones the first.
  Highest Take();

 private:
  std::vector<std::vector<int32_t>> levels_;  // the numbers, the highest of every 16 of them, and so on
};

}  // namespace sepet::hnsw
