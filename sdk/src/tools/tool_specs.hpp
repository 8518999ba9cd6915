#pragma once

#include <vector>

#include <codex/protocol/thread.hpp>
#include <codex/tool.hpp>

#include "handlers/handler_book.hpp"

/// Converts a thread's tools between the app and the wire.
namespace codex::detail {

/// The tools in the form of thread/start. Throws CodexError for a bad or duplicate name, and for a
/// misplaced tool or namespace.
std::vector<protocol::DynamicToolSpec> tool_specs(const std::vector<Tool>& tools);

/// Finds the tool of an item/tool/call among these.
ToolFinder tool_finder(std::vector<Tool> tools);

}  // namespace codex::detail
