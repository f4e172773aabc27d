// class Sieve({category, brand, price, group, gender, band, stock, slate}) with sift(length, tests). Asked
// for every look at candidates, so it takes plain numbers, and the rest in memory that both sides know: the
// slate, whose parts lie one behind the other: kMaxTests tests of five words (column, verdicts against, low,
// width and, out, how many rows the test dropped), kCodes verdicts a test (u8), and then rows and places
// (u32), each as long as the capacity. Columns are numbered in the order above; the first four are values,
// the others codes.
//
// A Sieve belongs to one JavaScript thread; the columns are shared and do not change.
#include <algorithm>
#include <array>
#include <optional>

#include "binding/held.h"
#include "core/sieve/sift.h"

namespace sepet::binding {
namespace {

using sieve::kCodes;

constexpr size_t kMaxTests = 64;
constexpr size_t kTestWords = 5;
constexpr size_t kHeadBytes = kMaxTests * (kTestWords * sizeof(uint32_t) + kCodes);
constexpr size_t kPlaceBytes = 2 * sizeof(uint32_t);
constexpr std::array kValueColumns = {"category", "brand", "price", "group"};
constexpr std::array kCodeColumns = {"gender", "band", "stock"};

class Sieve : public Napi::ObjectWrap<Sieve> {
 public:
  explicit Sieve(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Sieve>(info) {
    Guard(info.Env(), [&] { Open(info); });
  }

  Napi::Value Sift(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const std::span<uint8_t> slate = slate_->Get();
      const size_t capacity = (slate.size() - kHeadBytes) / kPlaceBytes;
      const size_t length = WholeAt(info, 0, capacity);
      const size_t count = WholeAt(info, 1, kMaxTests);
      auto* words = reinterpret_cast<uint32_t*>(slate.data());
      const uint8_t* verdicts = slate.data() + kMaxTests * kTestWords * sizeof(uint32_t);
      for (size_t i = 0; i < count; ++i) tests_[i] = TestOf(words + i * kTestWords, verdicts + i * kCodes);
      auto* rows = reinterpret_cast<uint32_t*>(slate.data() + kHeadBytes);
      uint32_t* places = rows + capacity;
      CheckRows({rows, length});
      dropped_.fill(0);
      const size_t kept =
          sieve::Sift({tests_.data(), count}, rows_, {places, length}, {dropped_.data(), count});
      std::copy_n(rows_.begin(), kept, rows);
      for (size_t i = 0; i < count; ++i) words[i * kTestWords + kTestWords - 1] = dropped_[i];
      return Napi::Number::New(info.Env(), static_cast<double>(kept));
    });
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    const Fields fields(info, {"category", "brand", "price", "group", "gender", "band", "stock", "slate"});
    slate_.emplace(fields.Get("slate"), "slate");
    for (size_t i = 0; i < values_.size(); ++i)
      values_[i].emplace(fields.Get(kValueColumns[i]), kValueColumns[i]);
    for (size_t i = 0; i < codes_.size(); ++i)
      codes_[i].emplace(fields.Get(kCodeColumns[i]), kCodeColumns[i]);
    length_ = values_[0]->Get().size();
    const auto check = [&](const auto& column) {
      if (column->Get().size() != length_) Fail(Code::kArgumentInvalid, "The columns must be equally long.");
    };
    for (const auto& column : values_) check(column);
    for (const auto& column : codes_) check(column);
    const std::span<uint8_t> slate = slate_->Get();
    if (slate.size() < kHeadBytes || (slate.size() - kHeadBytes) % kPlaceBytes != 0 ||
        reinterpret_cast<uintptr_t>(slate.data()) % alignof(uint32_t) != 0)
      Fail(Code::kArgumentInvalid, "slate must begin at a multiple of 4 bytes and hold " +
                                       std::to_string(kHeadBytes) + " bytes and " +
                                       std::to_string(kPlaceBytes) + " a place.");
  }

  sieve::Test TestOf(const uint32_t* words, const uint8_t* verdicts) const {
    const size_t column = words[0];
    if (column >= values_.size() + codes_.size())
      Fail(Code::kArgumentInvalid, "There is no column " + std::to_string(column) + ".");
    const bool is_coded = column >= values_.size();
    return {is_coded ? nullptr : values_[column]->Get().data(),
            is_coded ? codes_[column - values_.size()]->Get().data() : nullptr,
            verdicts,
            words[2],
            words[3],
            words[1]};
  }

  // Takes a copy, because shared memory could change after the check.
  void CheckRows(std::span<const uint32_t> rows) {
    rows_.assign(rows.begin(), rows.end());
    for (const uint32_t row : rows_)
      if (row >= length_) Fail(Code::kArgumentInvalid, "The columns lack a row that is to be sifted.");
  }

  size_t length_ = 0;
  std::optional<HeldArray<uint8_t>> slate_;
  std::array<std::optional<HeldArray<uint32_t>>, kValueColumns.size()> values_;
  std::array<std::optional<HeldArray<uint8_t>>, kCodeColumns.size()> codes_;
  std::array<sieve::Test, kMaxTests> tests_;
  std::array<uint32_t, kMaxTests> dropped_;
  std::vector<uint32_t> rows_;
};

}  // namespace

void RegisterSieve(Napi::Env env, Napi::Object exports) {
  exports.Set("Sieve", Sieve::DefineClass(env, "Sieve", {Sieve::InstanceMethod<&Sieve::Sift>("sift")}));
}

}  // namespace sepet::binding
