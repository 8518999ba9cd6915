#pragma once

#include <cstddef>
#include <iterator>
#include <optional>

namespace codex::detail {

/// The iterator of a range-based `for` over a source with a `next()`, which waits for the next
/// value and returns nothing at the end.
template <class Source, class Value>
class PullIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using pointer = const Value*;
  using reference = const Value&;

  explicit PullIterator(Source& source) : source_(&source), value_(source.next()) {}
  reference operator*() const noexcept { return *value_; }
  pointer operator->() const noexcept { return &*value_; }
  PullIterator& operator++() {
    value_ = source_->next();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const noexcept { return !value_; }

 private:
  Source* source_;
  std::optional<Value> value_;
};

}  // namespace codex::detail
