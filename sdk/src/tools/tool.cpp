#include <exception>
#include <future>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/item.hpp>
#include <codex/tool.hpp>

#include "mask/mask.hpp"

namespace codex {
namespace {

std::string what_of(const std::exception_ptr& error, const std::string& otherwise) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return detail::mask_secrets(known.what());
  } catch (...) {
    return otherwise;
  }
}

}  // namespace

ToolContent::ToolContent(const char* text) : ToolContent(std::string(text)) {}
ToolContent::ToolContent(std::string_view text) : ToolContent(std::string(text)) {}
ToolContent::ToolContent(std::string text)
    : wire_(protocol::InputTextDynamicToolCallOutputContentItem{.text = std::move(text)}) {}
ToolContent::ToolContent(ToolImage image)
    : wire_(protocol::InputImageDynamicToolCallOutputContentItem{.image_url =
                                                                     std::move(image.url)}) {}
ToolContent::ToolContent(protocol::DynamicToolCallOutputContentItem item)
    : wire_(std::move(item)) {}

struct Tool::Impl {
  std::string name;
  std::string description;
  Json input_schema;
  // One of them; none for a namespace.
  Function function;
  Starter starter;
  ToolOptions options;
  std::vector<Tool> tools;
};

Tool::Tool(std::string name, std::string description, Json input_schema, Function function,
           ToolOptions options)
    : impl_(std::make_shared<const Impl>(Impl{.name = std::move(name),
                                              .description = std::move(description),
                                              .input_schema = std::move(input_schema),
                                              .function = std::move(function),
                                              .starter = {},
                                              .options = options,
                                              .tools = {}})) {
  if (!impl_->function) throw CodexError("The tool " + impl_->name + " has no function");
}

Tool Tool::started_by(std::string name, std::string description, Json input_schema, Starter starter,
                      ToolOptions options) {
  if (!starter) throw CodexError("The tool " + name + " has no function");
  return Tool(std::make_shared<const Impl>(Impl{.name = std::move(name),
                                                .description = std::move(description),
                                                .input_schema = std::move(input_schema),
                                                .function = {},
                                                .starter = std::move(starter),
                                                .options = options,
                                                .tools = {}}));
}

Tool tool_namespace(std::string name, std::string description, std::vector<Tool> tools) {
  return Tool(std::make_shared<const Tool::Impl>(Tool::Impl{.name = std::move(name),
                                                            .description = std::move(description),
                                                            .input_schema = {},
                                                            .function = {},
                                                            .starter = {},
                                                            .options = {},
                                                            .tools = std::move(tools)}));
}

const std::string& Tool::name() const noexcept { return impl_->name; }
const std::string& Tool::description() const noexcept { return impl_->description; }
const Json& Tool::input_schema() const noexcept { return impl_->input_schema; }
const ToolOptions& Tool::options() const noexcept { return impl_->options; }
bool Tool::is_namespace() const noexcept { return !impl_->function && !impl_->starter; }
const std::vector<Tool>& Tool::tools() const noexcept { return impl_->tools; }

ToolResult Tool::call(const Json& arguments, const ToolContext& context) const {
  std::promise<ToolResult> result;
  start(arguments, context, [&](ToolResult given) { result.set_value(std::move(given)); });
  return result.get_future().get();
}

void Tool::start(const Json& arguments, const ToolContext& context,
                 std::function<void(ToolResult)> done) const {
  const auto fail = [name = name(), done](const std::exception_ptr& error) {
    done({.content = {what_of(error, "The tool " + name + " failed")}, .success = false});
  };
  try {
    if (is_namespace()) throw CodexError(name() + " is a namespace");
    if (impl_->function) return done(impl_->function(arguments, context));
    impl_->starter(arguments, context, [fail, done](std::exception_ptr error, ToolResult result) {
      if (error) return fail(error);
      done(std::move(result));
    });
  } catch (...) {
    fail(std::current_exception());
  }
}

namespace detail {

ToolResult text_result(const Json& json) {
  return {.content = {json.dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

ToolResult wire_result(protocol::DynamicToolCallResponse response) {
  ToolResult result{.success = response.success};
  for (auto& item : response.content_items) result.content.emplace_back(std::move(item));
  return result;
}

void read_arguments(const Shape& shape, void* arguments, const Json& json) {
  try {
    read_value(shape, arguments, json);
  } catch (const DecodeError& error) {
    throw CodexError(std::string("The arguments do not fit: ") + error.what());
  }
}

Json open_schema() { return {{"type", "object"}, {"properties", Json::object()}}; }

}  // namespace detail
}  // namespace codex
