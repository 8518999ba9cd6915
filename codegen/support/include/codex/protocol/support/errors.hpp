#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace codex {

/// The base of every error that this SDK throws.
class CodexError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// JSON that does not fit its type. `what()` reads like
/// `params.turn.items[2].id: expected string, got number`.
class DecodeError : public CodexError {
 public:
  /// Takes the path, the problem there, and the message's wire method if known.
  DecodeError(std::string path, std::string problem, std::string method = {})
      : CodexError(compose(path, problem, method)),
        path_(std::move(path)),
        problem_(std::move(problem)),
        method_(std::move(method)) {}

  /// The path in the value: `turn.items[2].id`; empty for the value itself.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// The problem there: `expected string, got number`.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  /// The wire method of the message, if known.
  [[nodiscard]] const std::string& method() const noexcept { return method_; }

 private:
  static std::string compose(std::string_view path, std::string_view problem,
                             std::string_view method) {
    std::string text;
    for (const std::string_view part : {method, path}) {
      if (!part.empty()) text.append(part).append(": ");
    }
    return text.append(problem);
  }

  std::string path_;
  std::string problem_;
  std::string method_;
};

}  // namespace codex
