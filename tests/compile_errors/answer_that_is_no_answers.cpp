// expect: for user_input, a codex::Answers
#include <codex/codex.hpp>

using namespace codex::protocol;

const codex::Handlers handlers{.user_input = [](const ToolRequestUserInputParams& asked) {
#ifdef RIGHT
  return codex::Answers().add(asked.questions.at(0), "yes");
#else
  return asked.questions.at(0).question;
#endif
}};
