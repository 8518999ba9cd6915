#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <codex/protocol/common.hpp>

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

/// Audio as a `data:` URL.
struct AudioInput {
  std::string url;
};

/// An audio file on the runtime's machine.
struct LocalAudioInput {
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
  using Kind = std::variant<TextInput, ImageInput, LocalImageInput, AudioInput, LocalAudioInput,
                            SkillInput, MentionInput>;

  InputItem(const char* text) : kind_(TextInput{text}) {}
  InputItem(std::string_view text) : kind_(TextInput{std::string(text)}) {}
  InputItem(std::string text) : kind_(TextInput{std::move(text)}) {}
  InputItem(TextInput item) : kind_(std::move(item)) {}
  InputItem(ImageInput item) : kind_(std::move(item)) {}
  InputItem(LocalImageInput item) : kind_(std::move(item)) {}
  InputItem(AudioInput item) : kind_(std::move(item)) {}
  InputItem(LocalAudioInput item) : kind_(std::move(item)) {}
  InputItem(SkillInput item) : kind_(std::move(item)) {}
  InputItem(MentionInput item) : kind_(std::move(item)) {}

  [[nodiscard]] const Kind& kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

/// What the user says: a string, one item, or a braced list of items.
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

/// What somebody other than the user tells the agent: news from a service, the result of work
/// elsewhere. The model takes it as the output of a tool, with no more authority than that. Needs
/// runtime 0.151.0.
struct ExternalMessage {
  /// The tool that it is said to come from: "notifications". Not blank.
  std::string tool_name;
  /// Text, or a list of content items.
  protocol::FunctionCallOutputBody content;
  /// The namespace of the tool.
  std::optional<std::string> namespace_ = {};
};

/// What a turn begins with: what the user says, or an external message.
class RunInput {
 public:
  template <std::convertible_to<Input> Said>
  RunInput(Said&& said) : kind_(Input(std::forward<Said>(said))) {}
  RunInput(std::initializer_list<InputItem> items) : kind_(Input(items)) {}
  RunInput(ExternalMessage message) : kind_(std::move(message)) {}

  [[nodiscard]] const std::variant<Input, ExternalMessage>& kind() const noexcept { return kind_; }

 private:
  std::variant<Input, ExternalMessage> kind_;
};

}  // namespace codex
