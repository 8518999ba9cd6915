// expect: struct SkillsChanged;  // in <codex/protocol/skills.hpp>
#include <codex/codex.hpp>
#ifdef RIGHT
#include <codex/protocol/skills.hpp>
#endif

bool changed(const codex::Notification& event) {
  return event.as<codex::protocol::notifications::SkillsChanged>().has_value();
}
