#include <codex/codex.hpp>

namespace host {

std::string ask(codex::Codex& codex) {
  return codex.thread_start().run("Hi").final_response.value_or("(none)");
}

}  // namespace host
