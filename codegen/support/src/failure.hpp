#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/nesting.hpp>

namespace codex::protocol::detail {

/// Adds `.key` (`["odd key"]`) or `[index]` to a path.
void append_key(std::string& path, std::string_view key);
void append_index(std::string& path, std::size_t index);

/// At most 60 bytes of a foreign text, for a message.
std::string shortened(std::string_view text);

/// A DecodeError on its way up. Each level that it passes adds to its path, so the way down costs
/// nothing.
class Failure {
 public:
  explicit Failure(std::string problem) : problem_(std::move(problem)) {}

  /// The text is no JSON: the byte is the place, there is no path.
  static Failure not_json(std::string_view reason, std::size_t byte);
  static Failure too_deep();

  /// A number that no Json can hold.
  static Failure out_of_range(std::string_view number);

  /// Whether the value cannot be kept as raw JSON either.
  [[nodiscard]] bool is_final() const noexcept { return final_; }

  void under(std::string_view key);
  void under(std::size_t index);
  void of_method(std::string_view method) {
    if (!placeless_) method_ = method;
  }

  [[nodiscard]] DecodeError error() const;

 private:
  std::string problem_;
  std::string method_;
  bool placeless_ = false;
  bool final_ = false;
  std::vector<std::string> steps_;  // innermost first
};

/// Calls `work`; adds `step`, a key or an index, to the path of a failure in it.
template <class Step, class Work>
void below(const Step& step, Work&& work) {
  try {
    work();
  } catch (Failure& failure) {
    failure.under(step);
    throw;
  }
}

}  // namespace codex::protocol::detail
