#include <codex/input.hpp>

namespace codex {

InputItem::InputItem(const char* text) : InputItem(std::string(text)) {}
InputItem::InputItem(std::string_view text) : InputItem(std::string(text)) {}
InputItem::InputItem(std::string text) : wire_(protocol::TextUserInput{.text = std::move(text)}) {}
InputItem::InputItem(TextInput item) : InputItem(std::move(item.text)) {}
InputItem::InputItem(ImageInput item)
    : wire_(protocol::ImageUserInput{.url = std::move(item.url)}) {}
InputItem::InputItem(LocalImageInput item)
    : wire_(protocol::LocalImageUserInput{.path = std::move(item.path)}) {}
InputItem::InputItem(AudioInput item)
    : wire_(protocol::AudioUserInput{.url = std::move(item.url)}) {}
InputItem::InputItem(LocalAudioInput item)
    : wire_(protocol::LocalAudioUserInput{.path = std::move(item.path)}) {}
InputItem::InputItem(SkillInput item)
    : wire_(protocol::SkillUserInput{.name = std::move(item.name), .path = std::move(item.path)}) {}
InputItem::InputItem(MentionInput item)
    : wire_(
          protocol::MentionUserInput{.name = std::move(item.name), .path = std::move(item.path)}) {}
InputItem::InputItem(protocol::UserInput item) : wire_(std::move(item)) {}

Input::Input(std::initializer_list<InputItem> items) : items_(items) {}

RunInput::RunInput(std::initializer_list<InputItem> items) : said_(items) {}
RunInput::RunInput(ExternalMessage message)
    : external_(std::make_shared<const ExternalMessage>(std::move(message))) {}

}  // namespace codex
