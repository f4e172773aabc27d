// Random numbers that replay: the same seed gives the same stream on every machine.
// Not thread-safe: one generator a thread, seeded from (seed, something of the thread's own).
#pragma once

#include <bit>
#include <cstdint>

namespace sepet {

// SplitMix64 (Steele, Lea, Flood 2014): one well-mixed word from any word. Also a hash of small integers.
constexpr uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// One word from two, for example from a seed and a row: independent of the order in which rows are visited.
constexpr uint64_t Mix(uint64_t seed, uint64_t value) {
  return Mix(Mix(seed) ^ value);
}

// A uniform double in [0, 1) from a random word.
constexpr double UnitInterval(uint64_t word) {
  return static_cast<double>(word >> 11) * 0x1.0p-53;
}

// xoshiro256** (Blackman, Vigna 2018).
class Rng {
 public:
  explicit constexpr Rng(uint64_t seed) {
    for (uint64_t& word : state_) word = seed = Mix(seed);
  }

  constexpr uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // A uniform double in [0, 1).
  constexpr double Uniform() { return UnitInterval(Next()); }

  // A uniform whole number in [0, bound), bound > 0 (Lemire's multiplication; the bias is below 2^-32).
  constexpr uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(((Next() >> 32) * static_cast<uint64_t>(bound)) >> 32);
  }

 private:
  uint64_t state_[4] = {};
};

}  // namespace sepet
