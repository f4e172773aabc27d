// word2vecTrain({items, offsets, weights, counts, order, in, out, dims, ...}) -> {tokens, pairs, loss}.
#include "binding/node.h"
#include "core/word2vec/train.h"

namespace sepet::binding {
namespace {

Napi::Value Word2vecTrain(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(info, {"items", "offsets", "weights", "counts", "order", "in", "out", "dims",
                               "negatives", "negativeWeight", "alpha", "learningRate", "learningRateEnd",
                               "maxBasket", "seed", "threads", "kernel", "progress"});
    word2vec::Settings settings;
    settings.negatives = fields.Whole("negatives", {1, 1024});
    settings.negative_weight = fields.Number("negativeWeight", 0, 1e6);
    settings.alpha = fields.Number("alpha", 0, 10);
    settings.learning_rate = fields.Number("learningRate", 0, 1e9);
    settings.learning_rate_end = fields.Number("learningRateEnd", 0, 1e9);
    settings.max_basket = fields.Whole("maxBasket", {2, 1024});
    settings.seed = fields.Whole("seed", {0, uint64_t{1} << 53});
    settings.threads = static_cast<unsigned>(fields.Whole("threads", {1, 1024}));
    const std::string kernel = fields.Has("kernel") ? fields.String("kernel") : std::string();
    settings.kernel = kernel;

    word2vec::Matrices matrices;
    matrices.dims = fields.Whole("dims", {1, 4096});
    word2vec::Baskets baskets;
    baskets.counts = fields.Array<double>("counts");
    matrices.in = fields.Array<float>("in", baskets.counts.size() * matrices.dims);
    matrices.out = fields.Array<float>("out", baskets.counts.size() * matrices.dims);
    baskets.items = fields.Array<uint32_t>("items");
    baskets.offsets = fields.Array<uint32_t>("offsets");
    baskets.weights = fields.Array<float>("weights");
    baskets.order = fields.Array<uint32_t>("order");
    const Progress progress =
        fields.Has("progress") ? Progress(fields.Array<int64_t>("progress")) : Progress();

    word2vec::Result trained;
    Check(word2vec::Train(matrices, baskets, settings, progress, trained));
    Napi::Object result = Napi::Object::New(env);
    result.Set("tokens", static_cast<double>(trained.tokens));
    result.Set("pairs", static_cast<double>(trained.pairs));
    result.Set("loss", trained.loss);
    return result;
  });
}

}  // namespace

void RegisterWord2vec(Napi::Env env, Napi::Object exports) {
  exports.Set("word2vecTrain", Napi::Function::New(env, Word2vecTrain, "word2vecTrain"));
}

}  // namespace sepet::binding
