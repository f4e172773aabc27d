#include "core/fm/train.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/alias.h"
#include "core/base/prefetch.h"
#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/fm/step.h"
#include "core/simd/kernels.h"

namespace sepet::fm {

namespace {

constexpr size_t kChunk = 256;  // examples that a thread takes at a time
constexpr size_t kAhead = 4;    // examples drawn and prefetched before they are trained
constexpr size_t kMostNegatives = 64;
constexpr float kLargest = 1e4f;  // no trained parameter comes near it

Status Invalid(std::string message) {
  return {Code::kArgumentInvalid, std::move(message)};
}

Status ValidateMachine(const Machine& machine) {
  if (machine.factors_each < 1 || machine.factors_each > kMostFactors) {
    return Invalid("factors must be from 1 to " + std::to_string(kMostFactors) + ".");
  }
  const size_t features = machine.features();
  if (machine.bias.size() != 2 || machine.linear.size() != 2 * features ||
      machine.factors.size() != 2 * features * machine.width()) {
    return Invalid("the machine's arrays must hold 2, 2 and " + std::to_string(2 * machine.width()) +
                   " floats a feature.");
  }
  return {};
}

Status ValidateSettings(const Settings& s) {
  if (s.negatives > kMostNegatives) {
    return Invalid("negatives must be at most " + std::to_string(kMostNegatives) + ".");
  }
  if (s.threads < 1 || s.threads > 1024) return Invalid("threads must be from 1 to 1024.");
  for (const double value : {s.learning_rate, s.l2, s.alpha}) {
    if (!(value >= 0) || !std::isfinite(value)) {
      return Invalid("learningRate, l2 and alpha must be finite and not negative.");
    }
  }
  return {};
}

Status ValidateItems(const Examples& e, const Settings& settings) {
  const size_t items = e.items.count();
  if (items == 0) {
    return settings.negatives == 0 && e.item.empty() ? Status{}
                                                     : Invalid("negatives and item need rows of items.");
  }
  if (e.item.size() != e.contexts.count()) return Invalid("item must hold one number an example.");
  for (size_t i = 0; i < e.item.size(); ++i) {
    if (e.item[i] >= items) return Invalid("item[" + std::to_string(i) + "] does not exist.");
  }
  if (settings.negatives > 0 && e.counts.size() != items)
    return Invalid("counts must hold one number an item.");
  for (const double count : e.counts) {
    if (!(count >= 0) || !std::isfinite(count)) return Invalid("counts must be finite and not negative.");
  }
  return {};
}

Status ValidateExamples(const Examples& e, const Settings& settings) {
  const size_t count = e.contexts.count();
  if (e.labels.size() != count) return Invalid("labels must hold one number an example.");
  if (!e.weights.empty() && e.weights.size() != count)
    return Invalid("weights must hold one number an example.");
  for (size_t i = 0; i < count; ++i) {
    const float label = e.labels[i];
    const bool fits =
        settings.loss == Loss::kLogistic ? label == 0.0f || label == 1.0f : std::isfinite(label);
    if (!fits) return Invalid("label " + std::to_string(i) + " is not one that this loss can have.");
  }
  for (size_t i = 0; i < e.weights.size(); ++i) {
    if (!(e.weights[i] >= 0) || !std::isfinite(e.weights[i])) {
      return Invalid("weight " + std::to_string(i) + " must be finite and not negative.");
    }
  }
  for (const uint32_t example : e.order) {
    if (example >= count)
      return Invalid("order names example " + std::to_string(example) + ", which does not exist.");
  }
  return ValidateItems(e, settings);
}

Status CheckFinite(const Machine& machine) {
  const auto bad = [](std::span<const float> values) {
    // Sums of squares grow beyond every bound that parameters have: they need only be finite.
    return std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); }) -
           values.begin();
  };
  const auto diverged = [](const std::string& where) {
    return Status{
        Code::kTrainingDiverged,
        "Training diverged: " + where + " became NaN, infinite or absurdly large. Lower the learning rate."};
  };
  if (bad(machine.bias) != 2 || std::abs(machine.bias[0]) > kLargest) return diverged("the bias");
  const size_t width = machine.width();
  for (size_t f = 0; f < machine.features(); ++f) {
    const auto linear = machine.linear.subspan(2 * f, 2);
    const auto factors = machine.factors.subspan(2 * width * f, 2 * width);
    bool good =
        bad(linear) == 2 && std::abs(linear[0]) <= kLargest && bad(factors) == static_cast<long>(2 * width);
    for (size_t t = 0; good && t < width; ++t) good = std::abs(factors[t]) <= kLargest;
    if (!good) return diverged("feature " + std::to_string(f));
  }
  return {};
}

// What every thread reads.
struct Shared {
  const Machine& machine;
  const Examples& examples;
  const Settings& settings;
  const Progress& progress;
  const AliasTable negatives;
  const StepKernel kernel;
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
};

struct Tally {
  uint64_t examples = 0;
  double loss = 0;
};

// An example with its negatives drawn.
struct Draw {
  Side context;
  std::array<Side, kMostNegatives + 1> items;
  size_t count = 0;
  uint32_t example = 0;
};

class Trainer {
 public:
  explicit Trainer(Shared& shared) : shared_(shared), width_(shared.machine.width()) {
    const Machine& m = shared.machine;
    trained_ = {m.bias.data(), m.linear.data(), m.factors.data(), width_};
    step_.rate = static_cast<float>(shared.settings.learning_rate);
    step_.l2 = static_cast<float>(shared.settings.l2);
    step_.logistic = shared.settings.loss == Loss::kLogistic;
  }

  Tally Run();

 private:
  void DrawExample(size_t position, Draw& draw) const;
  void TrainExample(const Draw& draw);
  void Prefetch(const Side& side) const;

  Shared& shared_;
  const size_t width_;
  Trained trained_;
  Step step_;
  std::array<float, kMostNegatives + 1> labels_{};
  Tally sums_;
};

void Trainer::Prefetch(const Side& side) const {
  for (size_t i = 0; i < side.count; ++i) {
    const float* row = trained_.factors + 2 * width_ * side.features[i];
    for (size_t t = 0; t < 2 * width_; t += 16) sepet::Prefetch(row + t);
    sepet::Prefetch(trained_.linear + 2 * side.features[i]);
  }
}

// A negative that is the example's own item is left out.
void Trainer::DrawExample(size_t position, Draw& draw) const {
  const Examples& e = shared_.examples;
  draw.example = e.order[position];
  draw.context = SideOf(e.contexts, draw.example);
  draw.count = 1;
  Prefetch(draw.context);
  if (e.item.empty()) return;
  const uint32_t own = e.item[draw.example];
  draw.items[0] = SideOf(e.items, own);
  if (e.labels[draw.example] > 0) {
    Rng random(Mix(shared_.settings.seed, position));
    for (size_t k = 0; k < shared_.settings.negatives; ++k) {
      const uint32_t item = shared_.negatives.Draw(random);
      if (item != own) draw.items[draw.count++] = SideOf(e.items, item);
    }
  }
  for (size_t j = 0; j < draw.count; ++j) Prefetch(draw.items[j]);
}

void Trainer::TrainExample(const Draw& draw) {
  const Examples& e = shared_.examples;
  step_.weight = e.weights.empty() ? 1.0f : e.weights[draw.example];
  if (!(step_.weight > 0)) return;
  labels_[0] = e.labels[draw.example];
  step_.context = draw.context;
  step_.items = e.item.empty() ? nullptr : draw.items.data();
  step_.count = draw.count;
  step_.labels = labels_.data();
  sums_.loss += shared_.kernel(trained_, step_);
  sums_.examples += draw.count;
}

Tally Trainer::Run() {
  const size_t total = shared_.examples.order.size();
  std::vector<Draw> ring(kAhead + 1);
  while (!shared_.stop.load(std::memory_order_relaxed)) {
    if (shared_.progress.cancelled()) break;
    const size_t begin = shared_.next.fetch_add(kChunk, std::memory_order_relaxed);
    if (begin >= total) break;
    const size_t end = std::min(begin + kChunk, total);
    const Tally before = sums_;
    for (size_t drawn = begin, trained = begin; trained < end; ++trained) {
      for (; drawn < end && drawn <= trained + kAhead; ++drawn)
        DrawExample(drawn, ring[drawn % (kAhead + 1)]);
      TrainExample(ring[trained % (kAhead + 1)]);
    }
    const double loss = sums_.loss - before.loss;
    if (!std::isfinite(loss)) shared_.stop.store(true, std::memory_order_relaxed);
    shared_.progress.Add(Progress::kDone, static_cast<int64_t>(end - begin));
    shared_.progress.Add(Counters::kExamples, static_cast<int64_t>(sums_.examples - before.examples));
    // Beyond this a loss is no longer of use, and would not fit.
    shared_.progress.Add(Counters::kLossMicro, loss < 1e12 ? static_cast<int64_t>(loss * 1e6) : 0);
  }
  return sums_;
}

}  // namespace

void Initialize(const Machine& machine, double deviation, uint64_t seed) {
  const size_t width = machine.width();
  const double reach = deviation * std::sqrt(3.0);
  std::fill(machine.factors.begin(), machine.factors.end(), 0.0f);
  for (size_t f = 0; f < machine.features(); ++f) {
    Rng random(Mix(seed, f));
    float* row = &machine.factors[2 * width * f];
    for (size_t t = 0; t < machine.factors_each; ++t) {
      row[t] = static_cast<float>(reach * (2 * random.Uniform() - 1));
    }
    std::fill_n(row + width, width, 1.0f);
    machine.linear[2 * f] = 0;
    machine.linear[2 * f + 1] = 1;
  }
  machine.bias[0] = 0;
  machine.bias[1] = 1;
}

Status Train(const Machine& machine, const Examples& examples, const Settings& settings,
             const Progress& progress, Result& result) {
  result = {};
  if (Status status = ValidateMachine(machine); !status.ok()) return status;
  if (Status status = ValidateSettings(settings); !status.ok()) return status;
  const size_t features = machine.features();
  if (Status status = ValidateRows(examples.contexts, features, "contexts"); !status.ok()) return status;
  if (Status status = ValidateRows(examples.items, features, "items"); !status.ok()) return status;
  if (Status status = ValidateExamples(examples, settings); !status.ok()) return status;
  const simd::Kernels* kernels = &simd::ActiveKernels();
  if (!settings.kernel.empty()) {
    if (Status status = simd::FindKernels(settings.kernel, &kernels); !status.ok()) return status;
  }
  Shared shared{machine,
                examples,
                settings,
                progress,
                AliasTable(examples.counts, settings.alpha),
                ChooseStepKernel(kernels->name, machine.width())};
  if (settings.negatives > 0 && shared.negatives.empty()) {
    return Invalid("counts must hold at least one item that may be drawn.");
  }
  Tally sums;
  std::mutex mutex;
  RunThreads(settings.threads, [&](unsigned) {
    const Tally own = Trainer(shared).Run();
    const std::scoped_lock lock(mutex);
    sums.examples += own.examples;
    sums.loss += own.loss;
  });
  result.examples = sums.examples;
  if (sums.examples > 0) result.loss = sums.loss / static_cast<double>(sums.examples);
  if (Status status = CheckFinite(machine); !status.ok()) return status;
  if (progress.cancelled()) return {Code::kCancelled, "Training was cancelled."};
  return {};
}

}  // namespace sepet::fm
