#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace codex {

/// Plain text.
struct TextInput {
  std::string text;
};

/// An image as a `data:` URL. The runtime refuses http and https URLs.
struct ImageInput {
  std::string url;
};

/// An image file on the runtime's machine.
struct LocalImageInput {
  std::string path;
};

/// A skill, by name and the path of its SKILL.md.
struct SkillInput {
  std::string name;
  std::string path;
};

/// A mention of an app, a plugin or a file.
struct MentionInput {
  std::string name;
  std::string path;
};

/// One piece of what the user says.
using InputItem = std::variant<TextInput, ImageInput, LocalImageInput, SkillInput, MentionInput>;

/// What the user says in a turn: a string, one item, or a braced list of items.
class Input {
 public:
  Input(const char* text) : Input(std::string(text)) {}
  Input(std::string_view text) : Input(std::string(text)) {}
  Input(std::string text) : items_{TextInput{std::move(text)}} {}
  Input(TextInput item) : items_{std::move(item)} {}
  Input(ImageInput item) : items_{std::move(item)} {}
  Input(LocalImageInput item) : items_{std::move(item)} {}
  Input(SkillInput item) : items_{std::move(item)} {}
  Input(MentionInput item) : items_{std::move(item)} {}
  Input(InputItem item) : items_{std::move(item)} {}
  Input(std::initializer_list<InputItem> items) : items_(items) {}
  Input(std::vector<InputItem> items) : items_(std::move(items)) {}

  [[nodiscard]] const std::vector<InputItem>& items() const noexcept { return items_; }

 private:
  std::vector<InputItem> items_;
};

}  // namespace codex
