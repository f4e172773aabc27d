// class Sieve({category, brand, price, group, gender, band, stock, numbers, slate}) with sift(length, tests,
// most). Asked for every look at candidates, so it takes plain numbers, and the rest in memory that both
// sides know: the slate, whose parts lie one behind the other: kMaxTests tests of six words (column, verdicts
// against, low, width or high, spans, out: how many rows the test dropped), kCodes bytes a test (a verdict
// each, or where there is more than one span the low and width of each, u32), and then rows and places (u32),
// each as long as the capacity. Columns are numbered in the order above, those of `numbers` (Float32Arrays)
// last; the first four are values, then come codes. The bounds of numbers are floats in the place of words.
//
// A Sieve belongs to one JavaScript thread; the columns are shared and do not change.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "binding/held.h"
#include "core/sieve/sift.h"

namespace sepet::binding {
namespace {

using sieve::kCodes;

constexpr size_t kMaxTests = 64;
constexpr size_t kTestWords = 6;
constexpr size_t kMaxSpans = kCodes / sizeof(sieve::Span);
constexpr size_t kHeadBytes = kMaxTests * (kTestWords * sizeof(uint32_t) + kCodes);
constexpr size_t kPlaceBytes = 2 * sizeof(uint32_t);
constexpr std::array kValueColumns = {"category", "brand", "price", "group"};
constexpr std::array kCodeColumns = {"gender", "band", "stock"};
constexpr size_t kFirstNumbers = kValueColumns.size() + kCodeColumns.size();

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
      const size_t most = WholeAt(info, 2, capacity);
      auto* words = reinterpret_cast<uint32_t*>(slate.data());
      const uint8_t* verdicts = slate.data() + kMaxTests * kTestWords * sizeof(uint32_t);
      for (size_t i = 0; i < count; ++i) tests_[i] = TestOf(words + i * kTestWords, verdicts + i * kCodes);
      auto* rows = reinterpret_cast<uint32_t*>(slate.data() + kHeadBytes);
      CheckRows({rows, length});
      dropped_.fill(0);
      const std::span<const sieve::Test> tests(tests_.data(), count);
      const std::span<uint32_t> places(rows + capacity, length), dropped(dropped_.data(), count);
      const size_t kept = most < length ? sieve::SiftFirst(tests, rows_, places, most, dropped)
                                        : sieve::Sift(tests, rows_, places, dropped);
      std::copy_n(rows_.begin(), kept, rows);
      for (size_t i = 0; i < count; ++i) words[i * kTestWords + kTestWords - 1] = dropped_[i];
      return Napi::Number::New(info.Env(), static_cast<double>(kept));
    });
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    const Fields fields(
        info, {"category", "brand", "price", "group", "gender", "band", "stock", "numbers", "slate"});
    OpenNumbers(fields.Get("numbers"));
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
    for (const auto& column : numbers_) check(&column);
    const std::span<uint8_t> slate = slate_->Get();
    if (slate.size() < kHeadBytes || (slate.size() - kHeadBytes) % kPlaceBytes != 0 ||
        reinterpret_cast<uintptr_t>(slate.data()) % alignof(uint32_t) != 0)
      Fail(Code::kArgumentInvalid, "slate must begin at a multiple of 4 bytes and hold " +
                                       std::to_string(kHeadBytes) + " bytes and " +
                                       std::to_string(kPlaceBytes) + " a place.");
  }

  void OpenNumbers(Napi::Value given) {
    if (!given.IsArray()) Fail(Code::kArgumentInvalid, "numbers must be a list of Float32Arrays.");
    const auto list = given.As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); ++i) numbers_.emplace_back(list.Get(i), "numbers");
  }

  sieve::Test TestOf(const uint32_t* words, const uint8_t* bytes) const {
    const size_t column = words[0];
    sieve::Test test{};
    test.against = words[1];
    if (column < values_.size()) {
      if (words[4] == 0 || words[4] > kMaxSpans)
        Fail(Code::kArgumentInvalid, "A test has from 1 to " + std::to_string(kMaxSpans) + " spans.");
      test.values = values_[column]->Get().data();
      const void* spans = words[4] == 1 ? static_cast<const void*>(words + 2) : bytes;
      test.spans = {static_cast<const sieve::Span*>(spans), words[4]};
    } else if (column < kFirstNumbers) {
      test.codes = codes_[column - values_.size()]->Get().data();
      test.verdicts = bytes;
    } else if (column < kFirstNumbers + numbers_.size()) {
      test.numbers = numbers_[column - kFirstNumbers].Get().data();
      test.low = std::bit_cast<float>(words[2]);
      test.high = std::bit_cast<float>(words[3]);
    } else {
      Fail(Code::kArgumentInvalid, "There is no column " + std::to_string(column) + ".");
    }
    return test;
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
  std::vector<HeldArray<float>> numbers_;
  std::array<sieve::Test, kMaxTests> tests_;
  std::array<uint32_t, kMaxTests> dropped_;
  std::vector<uint32_t> rows_;
};

}  // namespace

void RegisterSieve(Napi::Env env, Napi::Object exports) {
  exports.Set("Sieve", Sieve::DefineClass(env, "Sieve", {Sieve::InstanceMethod<&Sieve::Sift>("sift")}));
}

}  // namespace sepet::binding
