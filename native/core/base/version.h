// The addon's version; a test holds it equal to package.json.
#pragma once

namespace sepet {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace sepet
