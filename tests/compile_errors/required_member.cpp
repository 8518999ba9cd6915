// expect: missing .*text
#include <codex/protocol/common.hpp>

codex::protocol::AgentMessageThreadItem message() {
#ifdef RIGHT
  return {.id = "m1", .text = "hello"};
#else
  return {.id = "m1"};
#endif
}
