#include "core/fm/machine.h"

#include <cmath>
#include <string>

namespace sepet::fm {

Status ValidateRows(const Rows& rows, size_t features, const char* what) {
  const auto invalid = [what](std::string said) {
    return Status{Code::kArgumentInvalid, std::string(what) + ": " + std::move(said)};
  };
  if (rows.offsets.empty()) {
    return rows.features.empty() ? Status{} : invalid("features without offsets.");
  }
  if (rows.offsets[0] != 0 || rows.offsets.back() != rows.features.size()) {
    return invalid("offsets must begin with 0 and end with the number of features.");
  }
  if (!rows.values.empty() && rows.values.size() != rows.features.size()) {
    return invalid("values must hold one number a feature, or none.");
  }
  for (size_t r = 0; r + 1 < rows.offsets.size(); ++r) {
    if (rows.offsets[r + 1] < rows.offsets[r])
      return invalid("offsets fall at row " + std::to_string(r) + ".");
  }
  for (size_t i = 0; i < rows.features.size(); ++i) {
    if (rows.features[i] >= features) {
      return invalid("feature " + std::to_string(rows.features[i]) + " at " + std::to_string(i) +
                     " does not exist; there are " + std::to_string(features) + ".");
    }
  }
  for (size_t i = 0; i < rows.values.size(); ++i) {
    if (!std::isfinite(rows.values[i])) return invalid("value " + std::to_string(i) + " is not finite.");
  }
  return {};
}

}  // namespace sepet::fm
