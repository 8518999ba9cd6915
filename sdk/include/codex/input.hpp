#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/protocol/everyday.hpp>

namespace codex {

/// Plain text.
struct TextInput {
  /// The text.
  std::string text;
};

/// An image as a `data:` URL. The runtime refuses http and https URLs.
struct ImageInput {
  /// `data:image/png;base64,...`.
  std::string url;
};

/// An image file on the runtime's machine. A file that cannot be read throws `CodexError`, and
/// nothing is sent; the same goes for the files of sounds and skills.
struct LocalImageInput {
  /// The file; preferably absolute.
  std::string path;
};

/// Audio as a `data:` URL.
struct AudioInput {
  /// `data:audio/wav;base64,...`.
  std::string url;
};

/// An audio file on the runtime's machine.
struct LocalAudioInput {
  /// The file; preferably absolute.
  std::string path;
};

/// A skill, by name and the path of its SKILL.md.
struct SkillInput {
  /// The skill's name.
  std::string name;
  /// Its SKILL.md.
  std::string path;
};

/// A mention of an app, a plugin or a file.
struct MentionInput {
  /// Its name in the text.
  std::string name;
  /// Its target in the runtime's notation: `app://...`, `plugin://...`, or a file.
  std::string path;
};

/// One part of the user's input; a string is a `TextInput`.
class InputItem {
 public:
  /// A `TextInput`.
  InputItem(const char* text);
  /// A `TextInput`.
  InputItem(std::string_view text);
  /// A `TextInput`.
  InputItem(std::string text);
  /// The item itself.
  InputItem(TextInput item);
  /// The item itself.
  InputItem(ImageInput item);
  /// The item itself.
  InputItem(LocalImageInput item);
  /// The item itself.
  InputItem(AudioInput item);
  /// The item itself.
  InputItem(LocalAudioInput item);
  /// The item itself.
  InputItem(SkillInput item);
  /// The item itself.
  InputItem(MentionInput item);
  /// Any other input of the protocol.
  InputItem(protocol::UserInput item);

  /// The item as it goes over the wire.
  [[nodiscard]] const protocol::UserInput& wire() const noexcept { return wire_; }

 private:
  protocol::UserInput wire_;
};

/// The user's input: a string, one item, or a braced list of items.
class Input {
 public:
  /// From one item.
  template <std::convertible_to<InputItem> Item>
  Input(Item&& item) : items_{InputItem(std::forward<Item>(item))} {}
  /// From a braced list of items.
  Input(std::initializer_list<InputItem> items);
  /// From any number of items.
  Input(std::vector<InputItem> items) : items_(std::move(items)) {}

  /// The items in order.
  [[nodiscard]] const std::vector<InputItem>& items() const noexcept { return items_; }

 private:
  std::vector<InputItem> items_;
};

/// Tells the agent something that does not come from the user: news from a service, the result of
/// work elsewhere. The model treats it as tool output, with no more authority than that. Needs
/// runtime 0.151.0.
struct ExternalMessage {
  /// The name of the tool that it appears to come from: "notifications". Not blank.
  std::string tool_name;
  /// A text, or a list of parts.
  protocol::FunctionCallOutputBody content;
  /// The namespace of the tool.
  std::optional<std::string> namespace_{};
};

/// The input of a turn: the user's, or an external message.
class RunInput {
 public:
  /// From the user's input.
  template <std::convertible_to<Input> Said>
  RunInput(Said&& said) : said_(std::forward<Said>(said)) {}
  /// From a braced list of items.
  RunInput(std::initializer_list<InputItem> items);
  /// From an external message, which is the whole input.
  RunInput(ExternalMessage message);

  /// The external message, or nullptr for the user's input.
  [[nodiscard]] const ExternalMessage* external() const noexcept { return external_.get(); }
  /// The user's input; empty for an external message.
  [[nodiscard]] const Input& said() const noexcept { return said_; }

 private:
  Input said_ = Input(std::vector<InputItem>());
  std::shared_ptr<const ExternalMessage> external_;
};

}  // namespace codex
