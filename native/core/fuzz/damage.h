// Damage to bytes, drawn from a generator: what disks, networks and attackers do to files.
#pragma once

#include <algorithm>
#include <cstring>

#include "core/base/rng.h"
#include "core/fuzz/container.h"

namespace sepet::fuzz {

inline size_t Below(Rng& rng, size_t bound) {
  return rng.Below(static_cast<uint32_t>(bound));
}

inline void FlipBits(Bytes& bytes, size_t begin, size_t end, Rng& rng) {
  for (size_t left = 1 + Below(rng, 8); left > 0 && begin < end; --left)
    bytes[begin + Below(rng, end - begin)] ^= std::byte{1} << Below(rng, 8);
}

// Makes an aligned number of 4 or 8 bytes extreme, or nearly what it was.
inline void ChangeNumber(Bytes& bytes, size_t begin, size_t end, Rng& rng) {
  const size_t width = rng.Below(3) == 0 ? 8 : 4;
  const size_t first = (begin + width - 1) / width, behind = end / width;
  if (first >= behind) return;
  std::byte* const at = bytes.data() + (first + Below(rng, behind - first)) * width;
  uint64_t value = 0;
  std::memcpy(&value, at, width);
  const uint64_t choices[] = {0,          1,
                              2,          63,
                              64,         127,
                              255,        0x7FFFFFFF,
                              0x80000000, 0xFFFFFFFE,
                              0xFFFFFFFF, 0x7FC00000,
                              value + 1,  value - 1,
                              value * 2,  value / 2,
                              ~value,     ~uint64_t{0},
                              rng.Next(), uint64_t{1} << rng.Below(64)};
  value = choices[Below(rng, std::size(choices))];
  std::memcpy(at, &value, width);
}

// Writes one block over another, or exchanges the two.
inline void MoveBlock(Bytes& bytes, Rng& rng) {
  const size_t length = size_t{1} << rng.Below(9);
  if (bytes.size() <= length) return;
  const size_t step = std::min<size_t>(length, 64), places = (bytes.size() - length) / step + 1;
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(Below(rng, places) * step);
  const auto to = bytes.begin() + static_cast<std::ptrdiff_t>(Below(rng, places) * step);
  if (rng.Below(2) == 0)
    std::memmove(&*to, &*from, length);
  else if (static_cast<size_t>(std::abs(to - from)) >= length)
    std::swap_ranges(from, from + static_cast<std::ptrdiff_t>(length), to);
}

// Cuts it, to a multiple of `unit` most times, or makes it longer by what it holds.
inline void ChangeLength(Bytes& bytes, size_t unit, Rng& rng) {
  size_t length = Below(rng, bytes.size() + 1);
  if (rng.Below(4) > 0) length -= length % unit;
  if (rng.Below(3) > 0)
    bytes.resize(length);
  else
    bytes.insert(bytes.end(), bytes.begin(),
                 bytes.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(length, 512)));
}

// One damage, half of the time near the front, where the numbers are that others depend on.
inline void Damage(Bytes& bytes, size_t front, size_t unit, Rng& rng) {
  const size_t end = rng.Below(2) == 0 ? std::min(front, bytes.size()) : bytes.size();
  switch (rng.Below(8)) {
    case 0:
    case 1:
      return FlipBits(bytes, 0, end, rng);
    case 2:
      return ChangeLength(bytes, unit, rng);
    case 3:
      return MoveBlock(bytes, rng);
    default:
      return ChangeNumber(bytes, 0, end, rng);
  }
}

}  // namespace sepet::fuzz
