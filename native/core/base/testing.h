// The few checks the C++ tests need. A test program is a main() that calls its cases and returns Failures().
#pragma once

#include <cstdio>

namespace sepet::testing {

inline int& Failures() {
  static int failures = 0;
  return failures;
}

inline bool Expect(bool ok, const char* what, const char* file, int line) {
  if (!ok) {
    ++Failures();
    std::fprintf(stderr, "%s:%d: expected %s\n", file, line, what);
  }
  return ok;
}

}  // namespace sepet::testing

#define EXPECT(condition) ::sepet::testing::Expect((condition), #condition, __FILE__, __LINE__)
