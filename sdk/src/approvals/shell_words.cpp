#include "approvals/shell_words.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"

namespace codex::detail {
namespace {

bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

/// A character without a special meaning outside of quotes, at any position.
bool is_plain(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || contains("%+,-./:@_", c);
}

/// Reads a command from left to right.
class WordReader {
 public:
  explicit WordReader(std::string_view command) : rest_(command) {}

  std::optional<Words> read() {
    while (!rest_.empty()) {
      if (!read_some()) return std::nullopt;
    }
    end_word();
    return std::move(words_);
  }

 private:
  bool read_some() {
    const char c = take();
    if (c == '\'' || c == '"') return read_quoted(c);
    if (c == ' ') {
      end_word();
      return true;
    }
    if (!is_plain(c) && !(c == '=' && is_plain_equals_sign())) return false;
    word() += c;
    return true;
  }

  bool read_quoted(char quote) {
    std::string& word = this->word();
    while (!rest_.empty()) {
      const char c = take();
      if (c == quote) return true;
      if (!is_printable_ascii(c)) return false;
      if (quote == '\'' || !contains("$`!\\", c)) {
        word += c;
      } else if (c == '\\' && !rest_.empty() && contains("$`\"\\", rest_.front())) {
        word += take();
      } else {
        return false;
      }
    }
    return false;
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  /// In the first word it may be an assignment, and zsh expands a word that begins with it.
  [[nodiscard]] bool is_plain_equals_sign() const {
    return !words_.empty() && word_ && !word_->empty();
  }

  std::string& word() {
    if (!word_) word_.emplace();
    return *word_;
  }

  void end_word() {
    if (word_) words_.push_back(*std::exchange(word_, std::nullopt));
  }

  std::string_view rest_;
  Words words_;
  std::optional<std::string> word_;  // the current word, which may be empty: ''
};

bool runs_a_script(const Words& words) {
  return words.size() == 3 && is_shell(words[0]) && (words[1] == "-c" || words[1] == "-lc");
}

}  // namespace

bool is_shell(std::string_view program) {
  for (const std::string_view folder : {"/usr/local/bin/", "/usr/bin/", "/bin/"}) {
    if (program.starts_with(folder)) {
      program.remove_prefix(folder.size());
      break;
    }
  }
  return program == "bash" || program == "sh" || program == "zsh";
}

std::optional<Words> plain_words(std::string_view command) { return WordReader(command).read(); }

std::optional<Words> program_words(std::string_view command_line) {
  const std::optional<Words> words = plain_words(command_line);
  return words ? program_words(*words) : std::nullopt;
}

std::optional<Words> program_words(const Words& command_line) {
  return runs_a_script(command_line) ? plain_words(command_line[2]) : command_line;
}

}  // namespace codex::detail
