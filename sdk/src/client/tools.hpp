#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <codex/handlers.hpp>
#include <codex/protocol/thread.hpp>
#include <codex/tool.hpp>

/// A thread's tools between the app and the wire.
namespace codex::detail {

/// The tools as thread/start tells of them. Throws CodexError for a name that is bad or doubled,
/// and for what stands where it cannot stand.
std::vector<protocol::DynamicToolSpec> tool_specs(const std::vector<Tool>& tools);

/// From the params of an item/tool/call to what answers it; nullptr when that is none of these.
using ToolFinder = std::function<std::shared_ptr<HandlerBody>(std::string_view params)>;
ToolFinder tool_finder(std::vector<Tool> tools);

}  // namespace codex::detail
