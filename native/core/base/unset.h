// A vector whose new elements are not set to anything: for large arrays that are written whole. std::vector
// sets its elements on the one thread that makes it, and the system clears each page when it is first
// touched; here that falls to the threads that write, side by side.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace sepet {

template <typename T>
struct UnsetAllocator : std::allocator<T> {
  static_assert(std::is_trivially_default_constructible_v<T>);

  template <typename Other>
  struct rebind {
    using other = UnsetAllocator<Other>;
  };

  // What std::vector calls for an element of which it is given no value; all others it makes as ever.
  void construct(T* at) noexcept { ::new (static_cast<void*>(at)) T; }
  template <typename... Values>
  void construct(T* at, Values&&... values) {
    std::construct_at(at, std::forward<Values>(values)...);
  }
};

template <typename T>
using UnsetVector = std::vector<T, UnsetAllocator<T>>;

}  // namespace sepet
