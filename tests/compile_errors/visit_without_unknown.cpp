// expect: visit needs a function for each arm of the union, and one for Unknown
#include <string>

#include <codex/protocol/common.hpp>

std::string target(const codex::protocol::UserInput& input) {
  using namespace codex::protocol;
  return input.visit([](const TextUserInput& text) { return text.text; },
#ifdef RIGHT
                     [](const Unknown&) { return std::string(); },
#endif
                     [](const ImageUserInput&) { return std::string("image"); },
                     [](const LocalImageUserInput& image) { return std::string(image.path); },
                     [](const AudioUserInput&) { return std::string("audio"); },
                     [](const LocalAudioUserInput&) { return std::string("audio file"); },
                     [](const SkillUserInput& skill) { return skill.name; },
                     [](const MentionUserInput& mention) { return mention.name; });
}
