#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  InputItem(const char* text);
  InputItem(std::string_view text);
  InputItem(std::string text);
  InputItem(TextInput item);
  InputItem(ImageInput item);
  InputItem(LocalImageInput item);
  InputItem(AudioInput item);
  InputItem(LocalAudioInput item);
  InputItem(SkillInput item);
  InputItem(MentionInput item);
  /// Whatever else the protocol has.
  InputItem(protocol::UserInput item);

  /// The item as it goes over the wire.
  [[nodiscard]] const protocol::UserInput& wire() const noexcept { return wire_; }

 private:
  protocol::UserInput wire_;
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
  /// A text, or a list of pieces.
  protocol::FunctionCallOutputBody content;
  /// The namespace of the tool.
  std::optional<std::string> namespace_ = {};
};

/// What a turn begins with: what the user says, or an external message.
class RunInput {
 public:
  template <std::convertible_to<Input> Said>
  RunInput(Said&& said) : said_(std::forward<Said>(said)) {}
  RunInput(std::initializer_list<InputItem> items) : said_(items) {}
  RunInput(ExternalMessage message);

  /// The external message, or nullptr when it is what the user says.
  [[nodiscard]] const ExternalMessage* external() const noexcept { return external_.get(); }
  /// What the user says; empty for an external message.
  [[nodiscard]] const Input& said() const noexcept { return said_; }

 private:
  Input said_ = Input(std::vector<InputItem>());
  std::shared_ptr<const ExternalMessage> external_;
};

}  // namespace codex
