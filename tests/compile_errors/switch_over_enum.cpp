// expect: enumeration value .*failed.* not handled in switch
#include <codex/protocol/common.hpp>

int code(const codex::protocol::TurnStatus& status) {
  using codex::protocol::TurnStatus;
  switch (status.value()) {
    case TurnStatus::completed:
      return 0;
    case TurnStatus::interrupted:
      return 1;
    case TurnStatus::in_progress:
      return 2;
#ifdef RIGHT
    case TurnStatus::failed:
      return 3;
#endif
  }
  return -1;
}
