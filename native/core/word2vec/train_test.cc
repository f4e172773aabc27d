#include "core/word2vec/train.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/alias.h"
#include "core/base/rng.h"
#include "core/base/testing.h"
#include "core/simd/kernels.h"

using sepet::AliasTable;
using sepet::Code;
using sepet::Mix;
using sepet::Progress;
using sepet::Rng;
using sepet::Status;
using namespace sepet::word2vec;

namespace {

// A small world: products in pairs (2i, 2i + 1) that are bought together, with noise.
struct World {
  size_t dims;
  std::vector<uint32_t> items, offsets{0}, order;
  std::vector<float> weights, in, out;
  std::vector<double> counts;
  Settings settings;
  Result result;

  World(size_t products, size_t baskets, size_t longest, size_t width, uint64_t seed)
      : dims(width), in(products * width), out(products * width), counts(products) {
    Rng random(seed);
    for (size_t b = 0; b < baskets; ++b) {
      const size_t wanted = 2 + random.Below(static_cast<uint32_t>(longest - 1));
      std::set<uint32_t> basket;
      while (basket.size() < wanted) {
        const uint32_t item = random.Below(static_cast<uint32_t>(products));
        basket.insert(item);
        if (basket.size() < wanted) basket.insert(item ^ 1u);
      }
      for (const uint32_t item : basket) {
        items.push_back(item);
        counts[item] += 1;
      }
      offsets.push_back(static_cast<uint32_t>(items.size()));
      weights.push_back(0.5f + static_cast<float>(random.Uniform()));
    }
    for (float& v : in) v = static_cast<float>((random.Uniform() - 0.5) / static_cast<double>(width));
    order.resize(baskets);
    std::iota(order.begin(), order.end(), 0u);
  }

  Baskets View() const { return {items, offsets, weights, counts, order}; }
  Matrices Rows() { return {in, out, dims}; }
  Status Go(const Progress& progress = {}) { return Train(Rows(), View(), settings, progress, result); }
};

// The definition, one pair at a time in double precision: gradients of a basket from the rows before it.
void TrainPlainly(World& w) {
  const AliasTable table(w.counts, w.settings.alpha);
  std::vector<double> in(w.in.begin(), w.in.end()), out(w.out.begin(), w.out.end());
  for (size_t position = 0; position < w.order.size(); ++position) {
    const uint32_t basket = w.order[position];
    const std::vector<uint32_t> items(w.items.begin() + w.offsets[basket],
                                      w.items.begin() + w.offsets[basket + 1]);
    Rng random(Mix(w.settings.seed, basket));
    const double way = static_cast<double>(position) / static_cast<double>(w.order.size());
    const double rate =
        (w.settings.learning_rate + (w.settings.learning_rate_end - w.settings.learning_rate) * way) *
        double{w.weights[basket]};
    std::vector<double> din(in.size()), dout(out.size());
    auto pair = [&](uint32_t i, uint32_t j, double label, double weight) {
      double score = 0;
      for (size_t t = 0; t < w.dims; ++t) score += in[i * w.dims + t] * out[j * w.dims + t];
      const double g = (label - 1 / (1 + std::exp(-score))) * weight * rate;
      for (size_t t = 0; t < w.dims; ++t) {
        din[i * w.dims + t] += g * out[j * w.dims + t];
        dout[j * w.dims + t] += g * in[i * w.dims + t];
      }
    };
    for (const uint32_t i : items) {
      for (const uint32_t j : items) {
        if (i != j) pair(i, j, 1, 1.0 / static_cast<double>(items.size() - 1));
      }
    }
    for (size_t k = 0; k < w.settings.negatives; ++k) {
      const uint32_t negative = table.Draw(random);
      if (std::find(items.begin(), items.end(), negative) != items.end()) continue;
      for (const uint32_t i : items) {
        pair(i, negative, 0, w.settings.negative_weight / static_cast<double>(w.settings.negatives));
      }
    }
    for (size_t i = 0; i < in.size(); ++i) in[i] += din[i];
    for (size_t i = 0; i < out.size(); ++i) out[i] += dout[i];
  }
  std::copy(in.begin(), in.end(), w.in.begin());
  std::copy(out.begin(), out.end(), w.out.begin());
}

double Furthest(const std::vector<float>& a, const std::vector<float>& b) {
  double furthest = 0;
  for (size_t i = 0; i < a.size(); ++i) furthest = std::max(furthest, std::abs(double{a[i]} - double{b[i]}));
  return furthest;
}

void EqualsPlainTraining(const char* kernel, size_t dims) {
  World fast(40, 150, 12, dims, dims);
  fast.settings.kernel = kernel;
  fast.settings.negatives = 7;
  World plain = fast;
  EXPECT(fast.Go().ok());
  TrainPlainly(plain);
  const double furthest = std::max(Furthest(fast.in, plain.in), Furthest(fast.out, plain.out));
  if (!EXPECT(furthest < 2e-4))
    std::fprintf(stderr, "kernel %s, %zu dims: off by %g\n", kernel, dims, furthest);
  EXPECT(fast.result.tokens == fast.items.size());
}

// The same arguments give the same bits, and a basket's draws depend on no other basket: two calls over
// halves of the order equal one call over all of it, at a constant rate.
void IsDeterministic() {
  World whole(60, 300, 30, 16, 3);
  whole.settings.max_basket = 10;
  whole.settings.learning_rate_end = whole.settings.learning_rate;
  World again = whole, halves = whole, reseeded = whole;
  EXPECT(whole.Go().ok() && again.Go().ok());
  EXPECT(whole.in == again.in && whole.out == again.out && whole.result.loss == again.result.loss);
  const std::vector<uint32_t> order = halves.order;
  halves.order.assign(order.begin(), order.begin() + 131);
  EXPECT(halves.Go().ok());
  halves.order.assign(order.begin() + 131, order.end());
  EXPECT(halves.Go().ok());
  EXPECT(whole.in == halves.in && whole.out == halves.out);
  reseeded.settings.seed = 2;
  EXPECT(reseeded.Go().ok());
  EXPECT(whole.in != reseeded.in);
}

// A longer basket trains a draw of max_basket distinct products, another under another seed.
void DrawsFromLongBaskets() {
  World w(50, 0, 2, 8, 1);
  w.items.resize(50);
  std::iota(w.items.begin(), w.items.end(), 0u);
  w.offsets = {0, 50};
  w.weights = {1};
  w.order = {0};
  w.counts.assign(50, 1);
  w.settings.max_basket = 6;
  w.settings.negative_weight = 0;
  std::fill(w.out.begin(), w.out.end(), 0.1f);
  const std::vector<float> before = w.in;
  std::set<size_t> ever;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    w.settings.seed = seed;
    w.in = before;
    EXPECT(w.Go().ok());
    EXPECT(w.result.tokens == 6 && w.result.pairs == 30);
    size_t changed = 0;
    for (size_t i = 0; i < 50; ++i) {
      if (std::equal(w.in.begin() + static_cast<ptrdiff_t>(i * 8),
                     w.in.begin() + static_cast<ptrdiff_t>(i * 8 + 8),
                     before.begin() + static_cast<ptrdiff_t>(i * 8)))
        continue;
      ++changed;
      ever.insert(i);
    }
    EXPECT(changed == 6);
  }
  EXPECT(ever.size() > 45);
}

// Where every product that can be drawn is in the basket, negatives change nothing.
void MasksNegativesInTheBasket() {
  World with(6, 0, 2, 8, 1);
  with.items = {0, 1, 2, 3, 4, 5};
  with.offsets = {0, 6};
  with.weights = {1};
  with.order = {0};
  with.counts.assign(6, 1);
  World without = with;
  without.settings.negative_weight = 0;
  EXPECT(with.Go().ok() && without.Go().ok());
  EXPECT(with.in == without.in && with.out == without.out);
}

void LearnsPairs(unsigned threads) {
  constexpr size_t kProducts = 200;
  constexpr uint64_t kEpochs = 15;
  World w(kProducts, 6000, 4, 16, 9);
  w.settings.threads = threads;
  const double rate = w.settings.learning_rate;
  double first = 0;
  for (uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
    w.settings.seed = epoch;
    // Down to nothing, as in a real run: at a constant rate the last baskets decide a close pair by chance.
    w.settings.learning_rate = rate * static_cast<double>(kEpochs - epoch) / kEpochs;
    w.settings.learning_rate_end = rate * static_cast<double>(kEpochs - epoch - 1) / kEpochs;
    EXPECT(w.Go().ok());
    if (epoch == 0) first = w.result.loss;
  }
  if (!EXPECT(w.result.loss < 0.95 * first))
    std::fprintf(stderr, "loss %g, first %g\n", w.result.loss, first);
  size_t right = 0;
  for (size_t i = 0; i < kProducts; ++i) {
    size_t best = i;
    double highest = -1e9;
    for (size_t j = 0; j < kProducts; ++j) {
      double score = 0;
      for (size_t t = 0; t < w.dims; ++t)
        score += double{w.in[i * w.dims + t]} * double{w.out[j * w.dims + t]};
      if (j != i && score > highest) {
        best = j;
        highest = score;
      }
    }
    right += best == (i ^ 1);
  }
  EXPECT(right >= kProducts * 95 / 100);
}

void NamesTheRowThatDiverged() {
  World w(20, 200, 6, 8, 4);
  w.in[5 * 8 + 3] = std::nanf("");
  const Status nan = w.Go();
  EXPECT(nan.code() == Code::kTrainingDiverged);
  EXPECT(nan.message().find("row ") != std::string::npos);

  World fast(20, 2000, 6, 8, 4);
  fast.settings.learning_rate = 1e6;
  EXPECT(fast.Go().code() == Code::kTrainingDiverged);

  // A row that no basket holds keeps its NaN to itself: the message must name it alone.
  World alone(20, 0, 2, 8, 4);
  alone.items = {0, 1};
  alone.offsets = {0, 2};
  alone.weights = {1};
  alone.order = {0};
  alone.counts[0] = alone.counts[1] = 1;
  alone.out[17 * 8] = INFINITY;
  EXPECT(alone.Go().message().find("OUT vector of row 17 ") != std::string::npos);
}

void CountsAndCancels() {
  std::vector<int64_t> counters(6);
  World w(40, 1000, 8, 8, 2);
  EXPECT(w.Go(Progress(counters)).ok());
  EXPECT(counters[Progress::kDone] == 1000);
  EXPECT(counters[Counters::kTokens] == static_cast<int64_t>(w.result.tokens));
  const double mean = static_cast<double>(counters[Counters::kLossMicro]) / 1e6 /
                      static_cast<double>(counters[Counters::kLossProducts]);
  EXPECT(std::abs(mean - w.result.loss) < 1e-3);
  EXPECT(w.Go(Progress(counters)).ok());
  EXPECT(counters[Progress::kDone] == 2000);

  counters[Progress::kCancel] = 1;
  EXPECT(w.Go(Progress(counters)).code() == Code::kCancelled);
  EXPECT(counters[Progress::kDone] < 2200);
}

template <typename Change>
void Refuses(const char* what, const Change& change) {
  World w(10, 20, 4, 8, 1);
  change(w);
  const Status status = w.Go();
  EXPECT(status.code() == Code::kArgumentInvalid);
  if (!EXPECT(status.message().find(what) != std::string::npos)) {
    std::fprintf(stderr, "%s is not in: %s\n", what, status.message().c_str());
  }
}

void RefusesWhatWouldCrash() {
  Refuses("items[0]", [](World& w) { w.items[0] = 10; });
  Refuses("offsets", [](World& w) { w.offsets.back() += 1; });
  Refuses("offsets", [](World& w) { w.offsets[1] = 1000; });
  Refuses("weights", [](World& w) { w.weights.pop_back(); });
  Refuses("weights", [](World& w) { w.weights[3] = std::nanf(""); });
  Refuses("order", [](World& w) { w.order[0] = 20; });
  Refuses("in and out", [](World& w) { w.in.pop_back(); });
  Refuses("counts", [](World& w) { w.counts[2] = -1; });
  Refuses("counts", [](World& w) { w.counts.assign(10, 0); });
  Refuses("negatives", [](World& w) { w.settings.negatives = 0; });
  Refuses("maxBasket", [](World& w) { w.settings.max_basket = 1; });
  Refuses("threads", [](World& w) { w.settings.threads = 0; });
  Refuses("alpha", [](World& w) { w.settings.alpha = NAN; });
  Refuses("SEPET_KERNEL", [](World& w) { w.settings.kernel = "abacus"; });
  World nothing(10, 0, 2, 8, 1);
  EXPECT(nothing.Go().ok());
}

}  // namespace

int main() {
  for (const auto* kernels : sepet::simd::AvailableKernels()) {
    for (const size_t dims : {5, 31, 64, 100}) EqualsPlainTraining(kernels->name, dims);
  }
  IsDeterministic();
  DrawsFromLongBaskets();
  MasksNegativesInTheBasket();
  LearnsPairs(1);
  LearnsPairs(2);
  NamesTheRowThatDiverged();
  CountsAndCancels();
  RefusesWhatWouldCrash();
  return sepet::testing::Failures();
}
