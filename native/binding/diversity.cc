// class Chooser({vectors, dims, brand, category, group, slate}) with choose(length, need, mmr, apart,
// mostBrand, mostCategory, mostGroup). Asked once a request, so it takes plain numbers, and the line in
// memory that both sides know: the slate, whose parts lie one behind the other, each as long as the capacity:
// totals (f64), rows, tiers, chosen (u32), reserved (u8).
//
// A Chooser belongs to one JavaScript thread; the columns and vectors are shared and do not change.
#include <array>
#include <optional>

#include "binding/held.h"
#include "core/diversity/choose.h"

namespace sepet::binding {
namespace {

using diversity::kColumns;

constexpr size_t kSlotBytes = sizeof(double) + 3 * sizeof(uint32_t) + 1;
constexpr const char* kColumnNames[kColumns] = {"brand", "category", "group"};

struct Slate {
  std::span<double> totals;
  std::span<uint32_t> rows;
  std::span<uint32_t> tiers;
  std::span<uint32_t> chosen;
  std::span<uint8_t> reserved;

  Slate(std::span<uint8_t> bytes, size_t length) {
    const size_t capacity = bytes.size() / kSlotBytes;
    auto* numbers = reinterpret_cast<double*>(bytes.data());
    auto* words = reinterpret_cast<uint32_t*>(numbers + capacity);
    totals = {numbers, length};
    rows = {words, length};
    tiers = {words + capacity, length};
    chosen = {words + 2 * capacity, capacity};
    reserved = {reinterpret_cast<uint8_t*>(words + 3 * capacity), length};
  }
};

class Chooser : public Napi::ObjectWrap<Chooser> {
 public:
  explicit Chooser(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Chooser>(info) {
    Guard(info.Env(), [&] { Open(info); });
  }

  Napi::Value Choose(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const std::span<uint8_t> bytes = slate_->Get();
      const size_t capacity = bytes.size() / kSlotBytes;
      const Slate slate(bytes, WholeAt(info, 0, capacity));
      diversity::Wish wish{WholeAt(info, 1, capacity), NumberAt(info, 2), WholeAt(info, 3, kColumns), {}};
      if (!(wish.mmr >= 0 && wish.mmr <= 1)) Fail(Code::kArgumentInvalid, "mmr must lie from 0 to 1.");
      for (size_t column = 0; column < kColumns; ++column)
        wish.most[column] = WholeAt(info, 4 + column, diversity::kNoMaximum);
      const diversity::Line line{CheckedRows(slate.rows), slate.tiers, slate.totals, slate.reserved};
      const size_t count = diversity::Choose(CheckedProducts(), line, wish, kernels_, scratch_, slate.chosen);
      return Napi::Number::New(info.Env(), static_cast<double>(count));
    });
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    const Fields fields(info, {"vectors", "dims", "brand", "category", "group", "slate"});
    dims_ = fields.Whole("dims", {1, 1u << 16});
    vectors_.emplace(fields.Get("vectors"), "vectors");
    slate_.emplace(fields.Get("slate"), "slate");
    for (size_t column = 0; column < kColumns; ++column)
      columns_[column].emplace(fields.Get(kColumnNames[column]), kColumnNames[column]);
    rows_ = columns_[0]->Get().size();
    for (const auto& column : columns_)
      if (column->Get().size() != rows_) Fail(Code::kArgumentInvalid, "The columns must be equally long.");
    const size_t floats = vectors_->Get().size();
    if (floats % dims_ != 0 || floats / dims_ > rows_)
      Fail(Code::kArgumentInvalid,
           "vectors must hold a vector of dims floats a row, for no more rows than there are.");
    const std::span<uint8_t> slate = slate_->Get();
    if (slate.size() % kSlotBytes != 0 || reinterpret_cast<uintptr_t>(slate.data()) % alignof(double) != 0)
      Fail(Code::kArgumentInvalid, "slate must begin at a multiple of 8 bytes and hold " +
                                       std::to_string(kSlotBytes) + " bytes a place.");
  }

  // A copy, because shared memory could change after the check.
  std::span<const uint32_t> CheckedRows(std::span<const uint32_t> rows) {
    line_.assign(rows.begin(), rows.end());
    for (const uint32_t row : line_)
      if (row >= rows_) Fail(Code::kArgumentInvalid, "The line holds a row that the columns lack.");
    return line_;
  }

  diversity::Products CheckedProducts() const {
    const std::span<const float> vectors = vectors_->Get();
    return {{columns_[0]->Get(), columns_[1]->Get(), columns_[2]->Get()},
            vectors.data(),
            vectors.size() / dims_,
            dims_};
  }

  const simd::Kernels& kernels_ = simd::ActiveKernels();
  size_t rows_ = 0;
  size_t dims_ = 1;
  std::optional<HeldArray<float>> vectors_;
  std::optional<HeldArray<uint8_t>> slate_;
  std::array<std::optional<HeldArray<uint32_t>>, kColumns> columns_;
  diversity::Scratch scratch_;
  std::vector<uint32_t> line_;
};

}  // namespace

void RegisterDiversity(Napi::Env env, Napi::Object exports) {
  exports.Set("Chooser",
              Chooser::DefineClass(env, "Chooser", {Chooser::InstanceMethod<&Chooser::Choose>("choose")}));
}

}  // namespace sepet::binding
