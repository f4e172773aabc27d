// Scoring by a factorization machine: rows by themselves, items in a context, and both sides as vectors for a
// search. Thread-safe: everything is read only, the caller owns the output.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/status.h"
#include "core/fm/machine.h"

namespace sepet::fm {

// Scores of whole rows: out[r] = y(row r). Errors: argument_invalid.
Status Score(const Model& model, const Rows& rows, std::string_view kernel, std::span<float> out);

// Scores of some items in each context, which is summed up once: out[c * list + i] = y(context c and item
// list[i]). Errors: argument_invalid.
Status ScoreItems(const Model& model, const Rows& contexts, const Rows& items, std::span<const uint32_t> list,
                  std::string_view kernel, std::span<float> out);

// One side as vectors: row r becomes [s (k floats), b + p] at out[r * (k + 1)]. The vector of an item and
// that of a context whose last value is replaced by 1 have the inner product y - w0 - (b_C + p_C): the
// machine's own order of the items of a context. Errors: argument_invalid.
Status Fold(const Model& model, const Rows& rows, size_t factors_each, std::string_view kernel,
            std::span<float> out);

}  // namespace sepet::fm
