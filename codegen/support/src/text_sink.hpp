#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <codex/protocol/support/json.hpp>

#include "bytes.hpp"

namespace codex::protocol::detail {

/// A buffer for a text. Unlike a string it grows without filling the new part, and without copying
/// if it is large.
class TextBuffer {
 public:
  TextBuffer() = default;

  [[nodiscard]] char* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return data_ ? size_ : 0; }
  void grow(std::size_t wanted);

 private:
  struct Free {
    void operator()(char* data) const noexcept { std::free(data); }
  };

  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
};

/// JSON text, written from left to right.
class TextSink {
 public:
  TextSink();
  TextSink(const TextSink&) = delete;
  TextSink(TextSink&&) = delete;
  TextSink& operator=(const TextSink&) = delete;
  TextSink& operator=(TextSink&&) = delete;
  ~TextSink();

  /// What was written.
  [[nodiscard]] std::string text() const { return {buffer_.data(), size()}; }

  void literal(std::string_view text) {
    reserve(text.size());
    put(text);
  }
  void integer(std::int64_t value) { digits(value); }
  void integer(std::uint64_t value) { digits(value); }
  void number(double value);
  void string(std::string_view text);
  void json(const Json& value, std::size_t depth);

  void open(char bracket) {
    reserve(1);
    *at_++ = bracket;
  }
  void close(char bracket) { open(bracket); }

  /// Writes what precedes a member: a comma unless it is the first, the name, a colon. The names in
  /// the tables need no escapes.
  void member(std::string_view name) {
    reserve(name.size() + 4);
    if (at_[-1] != '{') *at_++ = ',';
    *at_++ = '"';
    put(name);
    *at_++ = '"';
    *at_++ = ':';
  }
  void entry(std::string_view key) {
    if (at_[-1] != '{') open(',');
    string(key);
    open(':');
  }
  void element() {
    if (at_[-1] != '[') open(',');
  }

 private:
  static constexpr std::size_t number_size = 40;  // of the longest, with room to spare

  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(at_ - buffer_.data());
  }
  void reserve(std::size_t more) {
    if (static_cast<std::size_t>(end_ - at_) < more) grow(more);
  }
  void grow(std::size_t more);
  void put(std::string_view text) noexcept {
    copy_text(at_, text);
    at_ += text.size();
  }
  template <class Int>
  void digits(Int value);
  void rest_of_string(std::string_view text);
  void escaped(std::string_view text);

  TextBuffer buffer_;
  char* at_ = buffer_.data();
  char* end_ = buffer_.data() + buffer_.size();
};

}  // namespace codex::protocol::detail
