// The graph while it is being built or extended: lists of fixed width, one after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/threads.h"
#include "core/base/unset.h"
#include "core/hnsw/vectors.h"

namespace sepet::hnsw {

class Links {
 public:
  // `levels[row]` is the highest level on which a row lives.
  Links(std::span<const uint8_t> levels, uint32_t m, uint32_t threads)
      : m_(m), node_(levels.size(), kNone), base_(levels.size() * 2 * m) {
    RunShares(threads, base_.size(),
              [&](size_t begin, size_t end) { std::fill_n(base_.data() + begin, end - begin, kNone); });
    first_list_.push_back(0);
    for (size_t row = 0; row < levels.size(); ++row) {
      if (levels[row] == 0) continue;
      node_[row] = static_cast<uint32_t>(upper_rows_.size());
      upper_rows_.push_back(static_cast<uint32_t>(row));
      first_list_.push_back(first_list_.back() + levels[row]);
    }
    upper_.assign(size_t{first_list_.back()} * m, kNone);
  }

  size_t Places(uint32_t level) const { return size_t{m_} * (level == 0 ? 2 : 1); }
  // The places of a list on a level, kNone behind the last neighbour. Rows on every level, also the upper
  // ones.
  std::span<uint32_t> List(uint32_t row, uint32_t level) {
    if (level == 0) return std::span(base_).subspan(size_t{row} * 2 * m_, size_t{2} * m_);
    return std::span(upper_).subspan((size_t{first_list_[node_[row]]} + level - 1) * m_, m_);
  }
  // The places that are taken.
  std::span<uint32_t> Neighbours(uint32_t row, uint32_t level) {
    const std::span<uint32_t> list = List(row, level);
    return list.first(static_cast<size_t>(std::find(list.begin(), list.end(), kNone) - list.begin()));
  }

  uint32_t NodeOf(uint32_t row) const { return node_[row]; }  // kNone for rows on the base level only
  std::span<const uint32_t> base() const { return base_; }
  std::span<const uint32_t> upper() const { return upper_; }
  std::span<const uint32_t> upper_rows() const { return upper_rows_; }
  std::span<const uint32_t> first_list() const { return first_list_; }

 private:
  uint32_t m_;
  std::vector<uint32_t> node_;
  UnsetVector<uint32_t> base_;
  std::vector<uint32_t> upper_;  // holds rows; the finished section holds nodes
  std::vector<uint32_t> upper_rows_;
  std::vector<uint32_t> first_list_;
};

}  // namespace sepet::hnsw
