// Factorization machines: fmInitialize, fmTrain, fmScore, fmScoreItems, fmFold. Sparse rows come as three
// fields each, `xOffsets`, `xFeatures` and, where values are not all 1, `xValues`.
#include "binding/node.h"
#include "core/fm/score.h"
#include "core/fm/train.h"

namespace sepet::binding {
namespace {

// The rows under three fields; none where they are missing.
fm::Rows RowsOf(const Fields& fields, const char* offsets, const char* features, const char* values) {
  fm::Rows rows;
  if (!fields.Has(offsets)) return rows;
  rows.offsets = fields.Array<uint32_t>(offsets);
  rows.features = fields.Array<uint32_t>(features);
  if (fields.Has(values)) rows.values = fields.Array<float>(values, rows.features.size());
  return rows;
}

fm::Machine MachineOf(const Fields& fields) {
  fm::Machine machine;
  machine.factors_each = fields.Whole("factorsEach", {1, fm::kMostFactors});
  machine.bias = fields.Array<float>("bias", 2);
  machine.linear = fields.Array<float>("linear");
  machine.factors = fields.Array<float>("factors", machine.features() * 2 * machine.width());
  return machine;
}

fm::Model ModelOf(const Fields& fields) {
  fm::Model model;
  model.width = fm::Width(fields.Whole("factorsEach", {1, fm::kMostFactors}));
  model.bias = static_cast<float>(fields.Number("bias", -1e30, 1e30));
  model.linear = fields.Array<float>("linear");
  model.factors = fields.Array<float>("factors", model.linear.size() * model.width);
  return model;
}

std::string KernelOf(const Fields& fields) {
  return fields.Has("kernel") ? fields.String("kernel") : std::string();
}

Napi::Value Initialize(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(info, {"factorsEach", "bias", "linear", "factors", "deviation", "seed"});
    const double deviation = fields.Number("deviation", 0, 100);
    const uint64_t seed = fields.Whole("seed", {0, uint64_t{1} << 53});
    fm::Initialize(MachineOf(fields), deviation, seed);
    return env.Undefined();
  });
}

Napi::Value Train(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(
        info,
        {"factorsEach",   "bias",        "linear",       "factors",    "contextOffsets", "contextFeatures",
         "contextValues", "itemOffsets", "itemFeatures", "itemValues", "item",           "labels",
         "weights",       "counts",      "order",        "loss",       "learningRate",   "l2",
         "negatives",     "alpha",       "seed",         "threads",    "kernel",         "progress"});
    fm::Settings settings;
    const std::string loss = fields.String("loss");
    if (loss != "logistic" && loss != "squared")
      Fail(Code::kArgumentInvalid, "loss must be logistic or squared.");
    settings.loss = loss == "logistic" ? fm::Loss::kLogistic : fm::Loss::kSquared;
    settings.learning_rate = fields.Number("learningRate", 0, 1e9);
    settings.l2 = fields.Number("l2", 0, 1e9);
    settings.negatives = fields.Whole("negatives", {0, 64});
    settings.alpha = fields.Number("alpha", 0, 10);
    settings.seed = fields.Whole("seed", {0, uint64_t{1} << 53});
    settings.threads = static_cast<unsigned>(fields.Whole("threads", {1, 1024}));
    const std::string kernel = KernelOf(fields);
    settings.kernel = kernel;

    fm::Examples examples;
    examples.contexts = RowsOf(fields, "contextOffsets", "contextFeatures", "contextValues");
    examples.items = RowsOf(fields, "itemOffsets", "itemFeatures", "itemValues");
    if (fields.Has("item")) examples.item = fields.Array<uint32_t>("item");
    examples.labels = fields.Array<float>("labels");
    if (fields.Has("weights")) examples.weights = fields.Array<float>("weights");
    if (fields.Has("counts")) examples.counts = fields.Array<double>("counts");
    examples.order = fields.Array<uint32_t>("order");
    const Progress progress =
        fields.Has("progress") ? Progress(fields.Array<int64_t>("progress")) : Progress();

    fm::Result trained;
    Check(fm::Train(MachineOf(fields), examples, settings, progress, trained));
    Napi::Object result = Napi::Object::New(env);
    result.Set("examples", static_cast<double>(trained.examples));
    result.Set("loss", trained.loss);
    return result;
  });
}

Napi::Value Score(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(info, {"factorsEach", "bias", "linear", "factors", "contextOffsets",
                               "contextFeatures", "contextValues", "kernel", "scores"});
    const std::string kernel = KernelOf(fields);
    Check(fm::Score(ModelOf(fields), RowsOf(fields, "contextOffsets", "contextFeatures", "contextValues"),
                    kernel, fields.Array<float>("scores")));
    return env.Undefined();
  });
}

Napi::Value ScoreItems(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(
        info, {"factorsEach", "bias", "linear", "factors", "contextOffsets", "contextFeatures",
               "contextValues", "itemOffsets", "itemFeatures", "itemValues", "list", "kernel", "scores"});
    const std::string kernel = KernelOf(fields);
    Check(fm::ScoreItems(ModelOf(fields),
                         RowsOf(fields, "contextOffsets", "contextFeatures", "contextValues"),
                         RowsOf(fields, "itemOffsets", "itemFeatures", "itemValues"),
                         fields.Array<uint32_t>("list"), kernel, fields.Array<float>("scores")));
    return env.Undefined();
  });
}

Napi::Value Fold(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(info, {"factorsEach", "bias", "linear", "factors", "rowOffsets", "rowFeatures",
                               "rowValues", "kernel", "vectors"});
    const std::string kernel = KernelOf(fields);
    Check(fm::Fold(ModelOf(fields), RowsOf(fields, "rowOffsets", "rowFeatures", "rowValues"),
                   fields.Whole("factorsEach", {1, fm::kMostFactors}), kernel,
                   fields.Array<float>("vectors")));
    return env.Undefined();
  });
}

}  // namespace

void RegisterFm(Napi::Env env, Napi::Object exports) {
  exports.Set("fmInitialize", Napi::Function::New(env, Initialize, "fmInitialize"));
  exports.Set("fmTrain", Napi::Function::New(env, Train, "fmTrain"));
  exports.Set("fmScore", Napi::Function::New(env, Score, "fmScore"));
  exports.Set("fmScoreItems", Napi::Function::New(env, ScoreItems, "fmScoreItems"));
  exports.Set("fmFold", Napi::Function::New(env, Fold, "fmFold"));
}

}  // namespace sepet::binding
