#pragma once

#include <string>
#include <string_view>

namespace codex {

namespace protocol {
struct CommandExecutionThreadItem;
struct ThreadItem;
}  // namespace protocol

/// A command as the model wrote it: `ls -la`, where the runtime says `/bin/bash -lc 'ls -la'`. A
/// command line that is not exactly one shell with one script stays as it is. For people, not for
/// rules: it may contain anything, so print it through `codex::printable`. Thread-safe.
[[nodiscard]] std::string display_command(std::string_view command_line);

/// The same for the command of an item.
[[nodiscard]] std::string display_command(const protocol::CommandExecutionThreadItem& item);

/// The same; empty for an item that is no command.
[[nodiscard]] std::string display_command(const protocol::ThreadItem& item);

}  // namespace codex
