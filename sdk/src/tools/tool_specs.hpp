#pragma once

#include <vector>

#include <codex/protocol/thread.hpp>
#include <codex/tool.hpp>

#include "handlers/handler_book.hpp"

/// A thread's tools between the app and the wire.
namespace codex::detail {

/// The tools as thread/start tells of them. Throws CodexError for a name that is bad or doubled,
/// and for what stands where it cannot stand.
std::vector<protocol::DynamicToolSpec> tool_specs(const std::vector<Tool>& tools);

/// Finds the tool that an item/tool/call is about among these.
ToolFinder tool_finder(std::vector<Tool> tools);

}  // namespace codex::detail
