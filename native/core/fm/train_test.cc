// Steps against the plain one and against a gradient by differences; whole trainings on a machine that is
// known.
#include "core/fm/train.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/testing.h"
#include "core/fm/example_machine.h"
#include "core/fm/score.h"
#include "core/fm/step.h"
#include "core/simd/kernels.h"

using namespace sepet;
using namespace sepet::fm;
using namespace sepet::fm::testing;

namespace {

struct Trainable {
  std::vector<float> bias, linear, factors;
  size_t k;

  Trainable(size_t features, size_t factors_each, uint64_t seed)
      : bias(2), linear(2 * features), factors(2 * features * Width(factors_each)), k(factors_each) {
    Initialize(view(), 0.1, seed);
  }
  Machine view() { return {bias, linear, factors, k}; }
  Trained pointers() { return {bias.data(), linear.data(), factors.data(), Width(k)}; }
  ModelOwned model() const {
    Rng unused(0);
    ModelOwned stripped(linear.size() / 2, k, unused);
    stripped.bias = bias[0];
    const size_t width = Width(k);
    for (size_t f = 0; f < linear.size() / 2; ++f) {
      stripped.linear[f] = linear[2 * f];
      std::copy_n(&factors[2 * width * f], width, &stripped.factors[width * f]);
    }
    return stripped;
  }
};

// A context and three items, in one step.
struct StepCase {
  RowsOwned contexts, items;
  std::vector<Side> sides;
  std::vector<float> labels;
  Step step;

  StepCase(bool logistic, bool with_items, uint64_t seed) {
    Rng random(seed);
    contexts.Add({0, 3, 5, 9}, random);
    for (const uint32_t f : {10u, 11u, 12u}) items.Add({f, f + 5}, random);
    const size_t count = with_items ? 3 : 1;
    for (size_t j = 0; j < count; ++j) {
      sides.push_back(SideOf(items.view(), j));
      labels.push_back(logistic ? static_cast<float>(j == 0) : static_cast<float>(random.Uniform() * 4));
    }
    step = {SideOf(contexts.view(), 0),
            with_items ? sides.data() : nullptr,
            count,
            labels.data(),
            0.7f,
            0.2f,
            0.01f,
            logistic};
  }
};

void KernelsAgree(bool logistic, bool with_items, size_t k, uint64_t seed) {
  StepCase c(logistic, with_items, seed);
  Trainable plain(20, k, seed);
  for (int i = 0; i < 3; ++i) ChooseStepKernel("scalar", Width(k))(plain.pointers(), c.step);
  for (const auto* kernels : simd::AvailableKernels()) {
    Trainable fast(20, k, seed);
    for (int i = 0; i < 3; ++i) ChooseStepKernel(kernels->name, Width(k))(fast.pointers(), c.step);
    bool same = true;
    const auto compare = [&same](const std::vector<float>& a, const std::vector<float>& b) {
      for (size_t i = 0; i < a.size(); ++i) same &= std::abs(a[i] - b[i]) <= 2e-5f * (1 + std::abs(b[i]));
    };
    compare(fast.bias, plain.bias);
    compare(fast.linear, plain.linear);
    compare(fast.factors, plain.factors);
    if (!EXPECT(same)) std::fprintf(stderr, "kernel %s, k %zu\n", kernels->name, k);
  }
}

// With sums of squares this large AdaGrad's step is the gradient itself, but for a factor.
void StepsDownTheGradient(bool logistic, uint64_t seed) {
  constexpr float kSum = 1e12f, kRate = 1e5f;  // rate / sqrt(sum) = 0.1
  StepCase c(logistic, false, seed);
  c.step.l2 = 0;
  c.step.rate = kRate;
  Trainable machine(20, 4, seed);
  const size_t width = Width(4);
  machine.bias[1] = kSum;
  for (size_t f = 0; f < 20; ++f) {
    machine.linear[2 * f + 1] = kSum;
    std::fill_n(&machine.factors[2 * width * f + width], width, kSum);
  }
  const Trainable before = machine;
  Joined row;
  row.Append(c.contexts, 0);
  const auto loss = [&](Trainable& at) {
    const ModelOwned model = at.model();
    const double y = ByPairs(model.view(), row.features, row.values);
    const double label = double{c.labels[0]};
    if (!logistic) return 0.7 * 0.5 * (y - label) * (y - label);
    return 0.7 * std::log1p(std::exp(label > 0 ? -y : y));
  };
  ChooseStepKernel("scalar", width)(machine.pointers(), c.step);
  const auto check = [&](std::vector<float> Trainable::*part, size_t at) {
    Trainable high = before, low = before;
    constexpr float kReach = 1e-2f;
    (high.*part)[at] += kReach;
    (low.*part)[at] -= kReach;
    const double gradient = (loss(high) - loss(low)) / (2 * double{kReach});
    const double stepped = (double{(before.*part)[at]} - double{(machine.*part)[at]}) / 0.1;
    EXPECT(std::abs(stepped - gradient) < 2e-3 * (1 + std::abs(gradient)));
  };
  check(&Trainable::bias, 0);
  for (const uint32_t f : {0u, 3u, 5u, 9u}) {
    check(&Trainable::linear, 2 * f);
    for (size_t t = 0; t < 4; ++t) check(&Trainable::factors, 2 * width * f + t);
  }
}

// Labels that a hidden machine decides, which another must find.
struct World {
  static constexpr uint32_t kUsers = 60, kItems = 50;
  RowsOwned contexts, items;
  std::vector<uint32_t> item, order;
  std::vector<float> labels;
  std::vector<double> counts;

  explicit World(size_t examples, uint64_t seed, bool positives_only = false) : counts(kItems, 1.0) {
    Rng random(seed);
    const ModelOwned hidden(kUsers + kItems + 3, 4, random);
    contexts.ones = items.ones = true;
    for (uint32_t i = 0; i < kItems; ++i) items.Add({kUsers + i}, random);
    const auto affinity = [&hidden](uint32_t user, uint32_t i) {
      const std::vector<uint32_t> row{user, kUsers + i};
      return ByPairs(hidden.view(), row, std::vector<float>{1, 1}) - double{hidden.bias};
    };
    while (labels.size() < examples) {
      const uint32_t user = random.Below(kUsers), i = random.Below(kItems);
      const bool likes = affinity(user, i) > 0.2;
      if (positives_only && !likes) continue;
      contexts.Add({user, kUsers + kItems + random.Below(3)}, random);
      item.push_back(i);
      labels.push_back(likes ? 1.0f : 0.0f);
    }
    order.resize(examples);
    std::iota(order.begin(), order.end(), 0u);
  }

  Examples view() const { return {contexts.view(), items.view(), item, labels, {}, counts, order}; }
};

double Accuracy(const Trainable& machine, const World& world) {
  const ModelOwned model = machine.model();
  size_t right = 0;
  for (size_t e = 0; e < world.labels.size(); ++e) {
    Joined row;
    row.Append(world.contexts, e);
    row.Append(world.items, world.item[e]);
    right += (ByPairs(model.view(), row.features, row.values) > 0) == (world.labels[e] > 0);
  }
  return static_cast<double>(right) / static_cast<double>(world.labels.size());
}

void LearnsWhatIsThere(unsigned threads) {
  const World world(6000, 3), unseen(2000, 3);
  Trainable machine(World::kUsers + World::kItems + 3, 8, 5);
  Settings settings;
  settings.learning_rate = 0.3;
  settings.threads = threads;
  Result first, last;
  for (int pass = 0; pass < 60; ++pass) {
    EXPECT(Train(machine.view(), world.view(), settings, Progress(), pass == 0 ? first : last).ok());
  }
  EXPECT(first.examples == 6000);
  EXPECT(last.loss < 0.5 * first.loss);
  if (!EXPECT(Accuracy(machine, unseen) > 0.93))
    std::fprintf(stderr, "accuracy %.3f with %u threads\n", Accuracy(machine, unseen), threads);
}

void DrawsNegatives() {
  const World liked(3000, 3, true), judged(2000, 3);
  Trainable machine(World::kUsers + World::kItems + 3, 8, 5);
  Settings settings;
  settings.learning_rate = 0.3;
  settings.negatives = 3;
  settings.alpha = 1;
  Result result;
  for (uint64_t pass = 0; pass < 40; ++pass) {
    settings.seed = pass;
    EXPECT(Train(machine.view(), liked.view(), settings, Progress(), result).ok());
  }
  EXPECT(result.examples > 3000 * 3 && result.examples < 3000 * 4);
  // Liked items stand above others of the same user in nearly every pair of examples.
  const ModelOwned model = machine.model();
  size_t right = 0, pairs = 0;
  const auto score = [&](size_t context, size_t e) {
    Joined row;
    row.Append(judged.contexts, context);
    row.Append(judged.items, judged.item[e]);
    return ByPairs(model.view(), row.features, row.values);
  };
  for (size_t a = 0; a < 400; ++a) {
    for (size_t b = 0; b < 400; ++b) {
      const bool same_user = judged.contexts.features[judged.contexts.offsets[a]] ==
                             judged.contexts.features[judged.contexts.offsets[b]];
      if (!same_user || !(judged.labels[a] > judged.labels[b])) continue;
      ++pairs;
      right += score(a, a) > score(a, b);
    }
  }
  EXPECT(pairs > 100);
  EXPECT(static_cast<double>(right) > 0.9 * static_cast<double>(pairs));
}

void IsDeterministicOnOneThread() {
  const World world(1000, 7);
  Settings settings;
  settings.negatives = 2;
  Result result;
  std::vector<Trainable> trained;
  for (int i = 0; i < 2; ++i) {
    Trainable machine(World::kUsers + World::kItems + 3, 8, 5);
    EXPECT(Train(machine.view(), world.view(), settings, Progress(), result).ok());
    trained.push_back(machine);
  }
  EXPECT(trained[0].factors == trained[1].factors && trained[0].linear == trained[1].linear &&
         trained[0].bias == trained[1].bias);
}

void RefusesAndStops() {
  World world(200, 9);
  const size_t features = World::kUsers + World::kItems + 3;
  Trainable machine(features, 8, 5);
  Result result;
  const auto code = [&](auto change) {
    Settings settings;
    Examples examples = world.view();
    change(settings, examples);
    return Train(machine.view(), examples, settings, Progress(), result).code();
  };
  const std::vector<float> halves(200, 0.5f), negative(200, -1.0f);
  const std::vector<uint32_t> far(200, World::kItems), beyond{200};
  EXPECT(code([](auto&, auto&) {}) == Code::kOk);
  EXPECT(code([&](auto&, auto& e) { e.labels = halves; }) == Code::kArgumentInvalid);
  EXPECT(code([&](auto& s, auto& e) {
           e.labels = halves;
           s.loss = Loss::kSquared;
         }) == Code::kOk);
  EXPECT(code([&](auto&, auto& e) { e.weights = negative; }) == Code::kArgumentInvalid);
  EXPECT(code([&](auto&, auto& e) { e.item = far; }) == Code::kArgumentInvalid);
  EXPECT(code([&](auto&, auto& e) { e.order = beyond; }) == Code::kArgumentInvalid);
  EXPECT(code([](auto&, auto& e) { e.labels = e.labels.subspan(1); }) == Code::kArgumentInvalid);
  EXPECT(code([](auto& s, auto&) { s.threads = 0; }) == Code::kArgumentInvalid);
  EXPECT(code([](auto& s, auto&) { s.negatives = 65; }) == Code::kArgumentInvalid);
  EXPECT(code([](auto& s, auto& e) {
           s.negatives = 1;
           e.counts = {};
         }) == Code::kArgumentInvalid);
  EXPECT(code([](auto& s, auto&) { s.kernel = "abacus"; }) == Code::kArgumentInvalid);

  Trainable wild(features, 8, 5);
  Settings settings;
  settings.learning_rate = 1e9;
  EXPECT(Train(wild.view(), world.view(), settings, Progress(), result).code() == Code::kTrainingDiverged);

  std::vector<int64_t> counters(5);
  counters[Progress::kCancel] = 1;
  settings.learning_rate = 0.1;
  EXPECT(Train(machine.view(), world.view(), settings, Progress(counters), result).code() ==
         Code::kCancelled);
  counters[Progress::kCancel] = 0;
  EXPECT(Train(machine.view(), world.view(), settings, Progress(counters), result).ok());
  EXPECT(counters[Progress::kDone] == 200 && counters[Counters::kExamples] == 200);
  EXPECT(counters[Counters::kLossMicro] > 0);
}

}  // namespace

int main() {
  uint64_t seed = 0;
  for (const size_t k : {1, 8, 16, 33, 64})
    for (const bool logistic : {true, false})
      for (const bool with_items : {true, false}) KernelsAgree(logistic, with_items, k, ++seed);
  for (const bool logistic : {true, false}) StepsDownTheGradient(logistic, ++seed);
  LearnsWhatIsThere(1);
  LearnsWhatIsThere(3);
  DrawsNegatives();
  IsDeterministicOnOneThread();
  RefusesAndStops();
  return sepet::testing::Failures();
}
