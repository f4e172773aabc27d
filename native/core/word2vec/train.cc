#include "core/word2vec/train.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/alias.h"
#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/simd/kernels.h"
#include "core/word2vec/block.h"
#include "core/word2vec/validate.h"

#define SEPET_RACY __attribute__((noinline, no_sanitize("thread")))

namespace sepet::word2vec {

namespace {

constexpr size_t kChunk = 64;      // baskets that a thread takes at a time
constexpr size_t kAhead = 2;       // baskets drawn and prefetched before they are trained
constexpr size_t kLossEvery = 32;  // one basket in so many has its loss computed

SEPET_RACY void ReadRow(const float* row, size_t dims, float* to) {
  for (size_t t = 0; t < dims; ++t) to[t] = row[t];
}

SEPET_RACY void AddToRow(float* row, size_t dims, const float* update) {
  for (size_t t = 0; t < dims; ++t) row[t] += update[t];
}

void PrefetchRow(const float* row, size_t dims) {
  for (size_t t = 0; t < dims; t += 16) __builtin_prefetch(row + t, 1);
}

// A basket with everything random about it decided.
struct Draw {
  std::vector<uint32_t> items;
  std::vector<uint32_t> negatives;
  size_t position = 0;  // in the order
};

// What every thread reads.
struct Shared {
  const Matrices& matrices;
  const Baskets& baskets;
  const Settings& settings;
  const Progress& progress;
  const AliasTable negatives;
  const BlockKernel kernel;
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
};

struct Sums {
  uint64_t tokens = 0, pairs = 0, loss_products = 0;
  double loss = 0;

  void operator+=(const Sums& other) {
    tokens += other.tokens;
    pairs += other.pairs;
    loss_products += other.loss_products;
    loss += other.loss;
  }
};

// One thread's scratch and its way through the order.
class Trainer {
 public:
  explicit Trainer(Shared& shared);
  Sums Run();

 private:
  void DrawBasket(size_t position, Draw& draw) const;
  void TrainBasket(const Draw& draw);
  void Gather(const Draw& draw);
  void Weigh(const Draw& draw, double rate);
  void Scatter(const Draw& draw) const;
  double Loss(double rate) const;
  void Publish(size_t baskets);

  Shared& shared_;
  const size_t dims_;
  Block block_;
  std::vector<float> x_, c_, ct_, g_, dx_, dc_, label_, weight_;
  Sums sums_, published_;
};

Trainer::Trainer(Shared& shared) : shared_(shared), dims_(shared.matrices.dims) {
  const size_t items = shared.settings.max_basket;
  const size_t candidates = Padded(items + shared.settings.negatives);
  const size_t width = Padded(dims_);
  x_.resize(items * width);
  c_.resize(candidates * width);
  ct_.resize(width * candidates);
  g_.resize(items * candidates);
  dx_.resize(items * width);
  dc_.resize(candidates * width);
  label_.resize(candidates);
  weight_.resize(candidates);
  block_.width = width;
  block_.stride = candidates;
  block_.x = x_.data();
  block_.c = c_.data();
  block_.label = label_.data();
  block_.weight = weight_.data();
  block_.ct = ct_.data();
  block_.g = g_.data();
  block_.dx = dx_.data();
  block_.dc = dc_.data();
}

// Decides the basket's products (a uniform draw without replacement from a long one: Floyd 1987) and
// negatives, and asks for their rows, which arrive while the baskets before it are computed.
void Trainer::DrawBasket(size_t position, Draw& draw) const {
  const Baskets& all = shared_.baskets;
  const uint32_t basket = all.order[position];
  const auto items = all.items.subspan(all.offsets[basket], all.offsets[basket + 1] - all.offsets[basket]);
  Rng random(Mix(shared_.settings.seed, basket));
  draw.position = position;
  const size_t wanted = std::min(items.size(), shared_.settings.max_basket);
  draw.items.clear();
  if (wanted == items.size()) {
    draw.items.assign(items.begin(), items.end());
  } else {
    for (size_t last = items.size() - wanted; last < items.size(); ++last) {
      const uint32_t item = items[random.Below(static_cast<uint32_t>(last + 1))];
      const bool taken = std::find(draw.items.begin(), draw.items.end(), item) != draw.items.end();
      draw.items.push_back(taken ? items[last] : item);
    }
  }
  draw.negatives.resize(shared_.settings.negatives);
  for (uint32_t& negative : draw.negatives) negative = shared_.negatives.Draw(random);
  for (const uint32_t item : draw.items) {
    PrefetchRow(&shared_.matrices.in[item * dims_], dims_);
    PrefetchRow(&shared_.matrices.out[item * dims_], dims_);
  }
  for (const uint32_t negative : draw.negatives) PrefetchRow(&shared_.matrices.out[negative * dims_], dims_);
}

void Trainer::Gather(const Draw& draw) {
  const size_t n = draw.items.size();
  block_.items = n;
  block_.candidates = n + draw.negatives.size();
  const Matrices& m = shared_.matrices;
  for (size_t i = 0; i < n; ++i) {
    ReadRow(&m.in[draw.items[i] * dims_], dims_, &x_[i * block_.width]);
    ReadRow(&m.out[draw.items[i] * dims_], dims_, &c_[i * block_.width]);
  }
  for (size_t k = 0; k < draw.negatives.size(); ++k) {
    ReadRow(&m.out[draw.negatives[k] * dims_], dims_, &c_[(n + k) * block_.width]);
  }
  std::fill(c_.begin() + static_cast<ptrdiff_t>(block_.candidates * block_.width),
            c_.begin() + static_cast<ptrdiff_t>(Padded(block_.candidates) * block_.width), 0.0f);
}

// Each of a product's n - 1 positives weighs 1 / (n - 1); its K negatives weigh negative_weight together,
// whatever the basket's length. Unweighted, long baskets would diverge. A negative that is in the basket
// weighs nothing.
void Trainer::Weigh(const Draw& draw, double rate) {
  const size_t n = draw.items.size();
  const float positive = static_cast<float>(rate / static_cast<double>(n - 1));
  const float negative = static_cast<float>(rate * shared_.settings.negative_weight /
                                            static_cast<double>(shared_.settings.negatives));
  std::fill(label_.begin(), label_.end(), 0.0f);
  std::fill(weight_.begin(), weight_.end(), 0.0f);
  std::fill_n(label_.begin(), n, 1.0f);
  std::fill_n(weight_.begin(), n, positive);
  for (size_t k = 0; k < draw.negatives.size(); ++k) {
    const bool hit = std::find(draw.items.begin(), draw.items.end(), draw.negatives[k]) != draw.items.end();
    weight_[n + k] = hit ? 0.0f : negative;
  }
}

void Trainer::Scatter(const Draw& draw) const {
  const size_t n = draw.items.size();
  const Matrices& m = shared_.matrices;
  for (size_t i = 0; i < n; ++i) {
    AddToRow(&m.in[draw.items[i] * dims_], dims_, &dx_[i * block_.width]);
    AddToRow(&m.out[draw.items[i] * dims_], dims_, &dc_[i * block_.width]);
  }
  for (size_t k = 0; k < draw.negatives.size(); ++k) {
    if (weight_[n + k] == 0.0f) continue;
    AddToRow(&m.out[draw.negatives[k] * dims_], dims_, &dc_[(n + k) * block_.width]);
  }
}

// The sum over the basket's products, from the gradients: |g| = weight (1 - q) where q is the probability
// that the model gave to the truth.
double Trainer::Loss(double rate) const {
  double sum = 0;
  for (size_t i = 0; i < block_.items; ++i) {
    for (size_t j = 0; j < block_.candidates; ++j) {
      if (i == j || weight_[j] == 0.0f) continue;
      const float missed = std::abs(g_[i * block_.stride + j]) / weight_[j];
      const float q = 1.0f - missed;
      sum -= static_cast<double>(weight_[j] * std::log(q < 1e-7f ? 1e-7f : q));
    }
  }
  return sum / rate;
}

void Trainer::TrainBasket(const Draw& draw) {
  const Settings& s = shared_.settings;
  const size_t n = draw.items.size();
  if (n < 2) return;
  const double way = static_cast<double>(draw.position) / static_cast<double>(shared_.baskets.order.size());
  const double learning_rate = s.learning_rate + (s.learning_rate_end - s.learning_rate) * way;
  const double rate =
      learning_rate * static_cast<double>(shared_.baskets.weights[shared_.baskets.order[draw.position]]);
  sums_.tokens += n;
  sums_.pairs += n * (n - 1);
  if (!(rate > 0)) return;
  Gather(draw);
  Weigh(draw, rate);
  shared_.kernel(block_);
  Scatter(draw);
  if (draw.position % kLossEvery != 0) return;
  const double loss = Loss(rate);
  if (!std::isfinite(loss)) shared_.stop.store(true, std::memory_order_relaxed);
  sums_.loss += loss;
  sums_.loss_products += n;
}

void Trainer::Publish(size_t baskets) {
  const Progress& p = shared_.progress;
  p.Add(Progress::kDone, static_cast<int64_t>(baskets));
  p.Add(Counters::kTokens, static_cast<int64_t>(sums_.tokens - published_.tokens));
  const double loss = (sums_.loss - published_.loss) * 1e6;
  p.Add(Counters::kLossMicro, std::isfinite(loss) ? static_cast<int64_t>(loss) : 0);
  p.Add(Counters::kLossProducts, static_cast<int64_t>(sums_.loss_products - published_.loss_products));
  published_ = sums_;
}

Sums Trainer::Run() {
  const size_t total = shared_.baskets.order.size();
  Draw ring[kAhead + 1];
  for (Draw& draw : ring) draw.items.reserve(shared_.settings.max_basket);
  while (!shared_.stop.load(std::memory_order_relaxed)) {
    if (shared_.progress.cancelled()) shared_.stop.store(true, std::memory_order_relaxed);
    const size_t begin = shared_.next.fetch_add(kChunk, std::memory_order_relaxed);
    if (begin >= total) break;
    const size_t end = std::min(begin + kChunk, total);
    for (size_t drawn = begin, trained = begin; trained < end; ++trained) {
      for (; drawn < end && drawn <= trained + kAhead; ++drawn) DrawBasket(drawn, ring[drawn % (kAhead + 1)]);
      TrainBasket(ring[trained % (kAhead + 1)]);
    }
    Publish(end - begin);
  }
  return sums_;
}

}  // namespace

Status Train(const Matrices& matrices, const Baskets& baskets, const Settings& settings,
             const Progress& progress, Result& result) {
  result = {};
  if (Status status = Validate(matrices, baskets, settings); !status.ok()) return status;
  const simd::Kernels* kernels = &simd::ActiveKernels();
  if (!settings.kernel.empty()) {
    if (Status status = simd::FindKernels(settings.kernel, &kernels); !status.ok()) return status;
  }
  if (baskets.order.empty()) return {};
  Shared shared{matrices,
                baskets,
                settings,
                progress,
                AliasTable(baskets.counts, settings.alpha),
                ChooseBlockKernel(kernels->name)};
  if (shared.negatives.empty()) {
    return {Code::kArgumentInvalid, "counts must hold at least one product that occurs."};
  }

  Sums sums;
  std::mutex mutex;
  RunThreads(settings.threads, [&](unsigned) {
    const Sums own = Trainer(shared).Run();
    const std::scoped_lock lock(mutex);
    sums += own;
  });
  result.tokens = sums.tokens;
  result.pairs = sums.pairs;
  if (sums.loss_products > 0) result.loss = sums.loss / static_cast<double>(sums.loss_products);
  if (Status status = CheckFinite(matrices); !status.ok()) return status;
  if (progress.cancelled()) return {Code::kCancelled, "Training was cancelled."};
  return {};
}

}  // namespace sepet::word2vec
