#include <stdexcept>

#include "testing/scripted/relay_channel.hpp"

namespace codex::testing::detail {

struct RelayListener::Impl {};

RelayListener::RelayListener(std::filesystem::path, Accept) {
  throw std::runtime_error(
      "A ScriptedServer cannot start processes on Windows; use memory_config() instead of "
      "config()");
}

RelayListener::~RelayListener() = default;

}  // namespace codex::testing::detail
