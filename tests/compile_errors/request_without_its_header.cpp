// expect: struct SkillsList;  // in <codex/protocol/skills.hpp>
#include <codex/codex.hpp>
#ifdef RIGHT
#include <codex/protocol/skills.hpp>
#endif

void list(const codex::Codex& codex) {
  (void)codex.request<codex::protocol::requests::SkillsList>({.cwds = {{"/repo"}}});
}
