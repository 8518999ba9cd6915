#pragma once

#include <concepts>
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

/// One piece of what the user says; a string is a `TextInput`.
class InputItem {
 public:
  using Kind = std::variant<TextInput, ImageInput, LocalImageInput, SkillInput, MentionInput>;

  InputItem(const char* text) : kind_(TextInput{text}) {}
  InputItem(std::string_view text) : kind_(TextInput{std::string(text)}) {}
  InputItem(std::string text) : kind_(TextInput{std::move(text)}) {}
  InputItem(TextInput item) : kind_(std::move(item)) {}
  InputItem(ImageInput item) : kind_(std::move(item)) {}
  InputItem(LocalImageInput item) : kind_(std::move(item)) {}
  InputItem(SkillInput item) : kind_(std::move(item)) {}
  InputItem(MentionInput item) : kind_(std::move(item)) {}

  [[nodiscard]] const Kind& kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

/// What the user says in a turn: a string, one item, or a braced list of items.
class Input {
 public:
  template <std::convertible_to<InputItem> Item>
  Input(Item&& item) : items_{InputItem(std::forward<Item>(item))} {}
  Input(std::initializer_list<InputItem> items) : items_(items) {}
  Input(std::vector<InputItem> items) : items_(std::move(items)) {}

  [[nodiscard]] const std::vector<InputItem>& items() const noexcept { return items_; }

 private:
  std::vector<InputItem> items_;
};

}  // namespace codex
