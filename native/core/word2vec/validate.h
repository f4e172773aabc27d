// What must hold before training starts and after each pass.
#pragma once

#include "core/base/status.h"
#include "core/word2vec/train.h"

namespace sepet::word2vec {

// argument_invalid where a length, a row or a basket would lead out of bounds, or a setting is out of range.
Status Validate(const Matrices& matrices, const Baskets& baskets, const Settings& settings);

// training_diverged naming the first row that is not finite or has grown beyond any use.
Status CheckFinite(const Matrices& matrices);

}  // namespace sepet::word2vec
