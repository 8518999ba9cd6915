#include "approvals/prompt_page.hpp"

#include <algorithm>

#include "text/unicode.hpp"

namespace codex::detail {
namespace {

using Form = PromptPart::Form;

constexpr int line_width = 72;
constexpr int tab_width = 8;
constexpr std::string_view bar = "  | ";
constexpr std::string_view scrolls =
    "(More than fits on the screen: read what is further up, too.)";

/// An upper bound: letters beyond ASCII may take two columns.
int width_of(std::string_view shown) {
  if (shown == "\t") return tab_width;
  return shown.size() == 1 ? 1 : 2;
}

/// Characters to point out to the person, each once, up to a readable number.
class Notice {
 public:
  void add(const Character& character) {
    std::string name;
    append_spelled_out(name, character);
    if (std::ranges::find(names_, name) != names_.end()) return;
    if (names_.size() < max_names) {
      names_.push_back(std::move(name));
    } else {
      has_more_ = true;
    }
  }

  [[nodiscard]] std::string text(std::string_view warning) const {
    if (names_.empty()) return {};
    std::string out = "(Beware: " + std::string(warning);
    for (std::string_view separator = ": "; const std::string& name : names_) {
      (out += separator) += name;
      separator = ", ";
    }
    return out + (has_more_ ? " and more.)" : ".)");
  }

 private:
  static constexpr std::size_t max_names = 6;

  std::vector<std::string> names_;
  bool has_more_ = false;
};

/// Lays out text line by line. Long foreign lines are wrapped here: if the terminal wrapped them,
/// the rest could pass for a heading.
class Page {
 public:
  explicit Page(int columns)
      : columns_(columns),
        width_(std::min(line_width, columns - static_cast<int>(bar.size()) - 1)) {}

  /// Adds our own line.
  void say(std::string_view line) {
    (text_ += line) += '\n';
    lines_ += rows_of(line);
  }

  void show(const PromptPart& part) {
    if (part.form == Form::note) return say(part.heading);
    say(part.heading + ':');
    Notice lookalikes;
    Notice hidden;
    begin_line();
    std::string_view rest = part.text;
    if (part.form != Form::name && rest.ends_with('\n')) rest.remove_suffix(1);
    while (!rest.empty() && !is_full()) {
      const Character character = first_character(rest);
      if (character.code == '\n' && part.form != Form::name) {
        end_line();
        begin_line();
      } else if (show_plainly(rest.substr(0, character.size), character, part.form)) {
        if (character.code >= 0x80 && part.form != Form::prose) lookalikes.add(character);
      } else {
        hidden.add(character);
      }
      rest.remove_prefix(character.size);
    }
    end_line();
    say_if_any(hidden.text("these do not show, or change how text shows, and are spelled out"));
    say_if_any(lookalikes.text("these may only look like other letters"));
  }

  /// Whether it is too much to read.
  [[nodiscard]] bool is_full() const {
    return text_.size() > max_prompt_bytes || lines_ > max_prompt_lines;
  }

  /// How many terminal lines this takes.
  [[nodiscard]] int rows_of(std::string_view line) const {
    return 1 + (static_cast<int>(line.size()) - 1) / columns_;
  }

  [[nodiscard]] int lines() const noexcept { return lines_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void begin_line() {
    text_ += bar;
    used_ = 0;
  }

  void end_line() {
    text_ += '\n';
    ++lines_;
  }

  void say_if_any(const std::string& line) {
    if (!line.empty()) say(line);
  }

  /// False if it has to be escaped.
  bool show_plainly(std::string_view bytes, const Character& character, Form form) {
    const bool is_tab = character.code == '\t' && form != Form::name;
    const bool is_exact = form != Form::prose;
    if (is_tab || !(is_hidden(character) || (is_exact && is_right_to_left(character)))) {
      append(bytes);
      return true;
    }
    std::string spelled;
    append_spelled_out(spelled, character);
    for (const char& c : spelled) append({&c, 1});
    return false;
  }

  /// Appends one character.
  void append(std::string_view shown) {
    const int width = width_of(shown);
    if (used_ + width > width_) {
      end_line();
      begin_line();
    }
    text_ += shown;
    used_ += width;
  }

  const int columns_;
  const int width_;
  std::string text_;
  int lines_ = 0;
  int used_ = 0;  // columns of the current line
};

}  // namespace

std::optional<std::string> page_of(const Prompt& prompt, approvals::ScreenSize size) {
  if (size.columns < min_prompt_columns) return std::nullopt;
  Page background(size.columns);
  background.say("");
  background.say(prompt.title);
  for (const PromptPart& part : prompt.background) background.show(part);

  Page decisive(size.columns);
  for (const PromptPart& part : prompt.decisive) decisive.show(part);
  int rows = decisive.lines() + decisive.rows_of(choices_line(prompt.choices)) + 1;
  if (background.lines() + rows > size.rows) {
    rows += background.rows_of(scrolls);
    background.say(scrolls);
  }
  const bool is_too_much = background.is_full() || decisive.is_full() || rows > size.rows ||
                           background.lines() + decisive.lines() > max_prompt_lines ||
                           background.text().size() + decisive.text().size() > max_prompt_bytes;
  if (is_too_much) return std::nullopt;
  return background.text() + decisive.text();
}

}  // namespace codex::detail
