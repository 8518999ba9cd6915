#include "tools/tool_specs.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <codex/decode_named.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/item.hpp>

#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace types = codex::protocol;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// Checks the names of tools and namespaces on the same level.
void check_names(const std::vector<Tool>& tools, const std::string& around) {
  std::set<std::string> seen;
  for (const Tool& tool : tools) {
    const std::string& name = tool.name();
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) {
      throw CodexError("A tool cannot be called \"" + name +
                       "\": a name has letters, digits, _ and - only");
    }
    if (!seen.insert(name).second) {
      throw CodexError("There are two tools called \"" + around + name + '"');
    }
  }
}

/// The wire has one type for tools outside of namespaces, and one for tools within.
template <class Spec>
Spec function_spec(const Tool& tool) {
  Spec spec{
      .description = tool.description(), .input_schema = tool.input_schema(), .name = tool.name()};
  if (tool.options().defer_loading) spec.defer_loading = true;
  return spec;
}

types::NamespaceDynamicToolSpec namespace_spec(const Tool& space) {
  check_names(space.tools(), space.name() + '.');
  types::NamespaceDynamicToolSpec spec{
      .description = space.description(), .name = space.name(), .tools = {}};
  for (const Tool& tool : space.tools()) {
    if (tool.is_namespace()) {
      throw CodexError("The namespace " + space.name() + " cannot contain another, " + tool.name());
    }
    spec.tools.emplace_back(function_spec<types::FunctionDynamicToolNamespaceTool>(tool));
  }
  return spec;
}

/// Calls of a tool.
class ToolCall final : public HandlerBody {
 public:
  explicit ToolCall(Tool tool) : tool_(std::move(tool)) {}

  void start(std::string_view text, const HandlerContext& context,
             std::shared_ptr<HandlerReply> reply) override {
    const auto params = decode_asked<types::DynamicToolCallParams>(context.method, text);
    tool_.start(params.arguments, {context, params.call_id}, [reply](const ToolResult& result) {
      answer_with(*reply, nullptr, [&] {
        types::DynamicToolCallResponse response{.content_items = {}, .success = result.success};
        for (const auto& piece : result.content) response.content_items.push_back(piece.wire());
        return types::encode(response);
      });
    });
  }

 private:
  const Tool tool_;
};

const Tool* find(const std::vector<Tool>& tools, std::string_view name, bool is_namespace) {
  const auto found = std::find_if(tools.begin(), tools.end(), [&](const Tool& tool) {
    return tool.is_namespace() == is_namespace && tool.name() == name;
  });
  return found == tools.end() ? nullptr : &*found;
}

const Tool* find(const std::vector<Tool>& tools, Peek params) {
  const std::string name = params["tool"].text();
  const std::string space = params["namespace"].text();
  if (space.empty()) return find(tools, name, false);
  const Tool* found = find(tools, space, true);
  return found ? find(found->tools(), name, false) : nullptr;
}

}  // namespace

std::vector<types::DynamicToolSpec> tool_specs(const std::vector<Tool>& tools) {
  check_names(tools, "");
  std::vector<types::DynamicToolSpec> specs;
  for (const Tool& tool : tools) {
    if (tool.is_namespace()) {
      specs.emplace_back(namespace_spec(tool));
    } else if (tool.options().defer_loading) {
      throw CodexError("The tool " + tool.name() +
                       " has defer_loading, which only tools within a namespace can have");
    } else {
      specs.emplace_back(function_spec<types::FunctionDynamicToolSpec>(tool));
    }
  }
  return specs;
}

ToolFinder tool_finder(std::vector<Tool> tools) {
  return [tools = std::move(tools)](std::string_view params) -> std::shared_ptr<HandlerBody> {
    const Tool* found = find(tools, Peek(params));
    return found ? std::make_shared<ToolCall>(*found) : nullptr;
  };
}

}  // namespace codex::detail
