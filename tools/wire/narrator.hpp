#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation.hpp"

namespace codex::wire {

/// Prints a recording line by line, for people. Consecutive deltas within a turn become one line,
/// or a count next to the item that they formed.
class Narrator {
 public:
  struct Style {
    bool colour = false;
    std::size_t max_characters = 120;  // of the gist
  };

  Narrator(std::ostream& out, Style style) : out_(out), style_(style) {}

  /// Prints a line of the recording, whatever it contains.
  void line(std::string_view text);

  /// Prints what is still held back, and forgets the conversation: a new one follows, or the end.
  void finish();

 private:
  /// Deltas of one item.
  struct Fold {
    std::optional<double> seconds;
    Message message;
    std::string item;
    std::size_t count = 0;
    std::size_t bytes = 0;
    std::string text = {};  // the beginning
  };

  void tell(const Entry& entry);
  bool fold(const Entry& entry, const Message& message);
  std::size_t unfold(const Message& message);
  void unfold_all();
  void write(const Fold& fold);
  void write(std::optional<double> seconds, const Message& message, std::string_view gist,
             std::string_view note);
  void write_problem(std::string_view problem);
  void write_time(std::optional<double> seconds);
  [[nodiscard]] std::string painted(std::string_view text, std::string_view colour) const;

  std::ostream& out_;
  Style style_;
  Conversation conversation_;
  std::vector<Fold> folds_;
};

}  // namespace codex::wire
