#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <codex/testing.hpp>

#include "testing/script.hpp"

namespace codex::testing {

namespace {

void require_not_ended(const detail::Script& script) {
  if (!std::holds_alternative<detail::Completed>(script.ending)) {
    throw std::logic_error("a mock reply cannot continue after its end");
  }
}

void add(detail::Script& script, detail::Part part) {
  require_not_ended(script);
  script.parts.push_back(std::move(part));
}

void close_message(detail::Script& script) {
  if (!script.message_is_open) return;
  add(script, detail::CloseMessage{});
  script.message_is_open = false;
}

std::string take_id(detail::Script& script) { return std::exchange(script.next_id, {}); }

void add_item(detail::Script& script, detail::Part part) {
  close_message(script);
  add(script, std::move(part));
}

void add_call(detail::Script& script, Json item, std::optional<std::string> name_space) {
  if (name_space) item["namespace"] = std::move(*name_space);
  add_item(script, detail::ToolCall{take_id(script), std::move(item)});
}

void end(detail::Script& script, detail::Ending ending) {
  require_not_ended(script);
  script.ending = std::move(ending);
}

}  // namespace

Reply::Reply() : script_(std::make_unique<detail::Script>()) {}
Reply::Reply(std::string text) : Reply() { this->text(std::move(text)); }
Reply::Reply(const char* text) : Reply(std::string(text)) {}
Reply::Reply(const Reply& other) : script_(std::make_unique<detail::Script>(*other.script_)) {}
Reply& Reply::operator=(const Reply& other) {
  if (this != &other) script_ = std::make_unique<detail::Script>(*other.script_);
  return *this;
}
Reply::~Reply() = default;

Reply& Reply::text(std::string text, Phase phase) {
  if (text.empty()) return deltas({}, phase);
  return deltas({std::move(text)}, phase);
}

Reply& Reply::commentary(std::string text) {
  return this->text(std::move(text), Phase::commentary);
}

Reply& Reply::final_answer(std::string text) {
  return this->text(std::move(text), Phase::final_answer);
}

Reply& Reply::deltas(const std::vector<std::string>& pieces, Phase phase) {
  add_item(*script_, detail::OpenMessage{take_id(*script_), phase});
  for (const std::string& piece : pieces) add(*script_, detail::MessageDelta{piece});
  add(*script_, detail::CloseMessage{});
  return *this;
}

Reply& Reply::delta(std::string piece, Phase phase) {
  if (!script_->message_is_open) {
    add(*script_, detail::OpenMessage{take_id(*script_), phase});
    script_->message_is_open = true;
  }
  add(*script_, detail::MessageDelta{std::move(piece)});
  return *this;
}

Reply& Reply::reasoning(std::string summary, std::string content) {
  add_item(*script_, detail::Reasoning{take_id(*script_), std::move(summary), std::move(content)});
  return *this;
}

Reply& Reply::shell(std::string command, const ShellOptions& options) {
  Json arguments = {{"cmd", std::move(command)}};
  if (options.escalated) arguments["sandbox_permissions"] = "require_escalated";
  if (options.justification) arguments["justification"] = *options.justification;
  if (!options.prefix_rule.empty()) arguments["prefix_rule"] = options.prefix_rule;
  if (options.tty) arguments["tty"] = *options.tty;
  if (options.workdir) arguments["workdir"] = *options.workdir;
  if (options.yield_time) arguments["yield_time_ms"] = options.yield_time->count();
  return tool_call("exec_command", arguments);
}

Reply& Reply::patch(std::string text) { return custom_tool_call("apply_patch", std::move(text)); }

Reply& Reply::tool_call(std::string name, const Json& arguments,
                        std::optional<std::string> name_space) {
  // The arguments travel as JSON text inside the JSON.
  add_call(*script_,
           {{"type", "function_call"}, {"name", std::move(name)}, {"arguments", arguments.dump()}},
           std::move(name_space));
  return *this;
}

Reply& Reply::custom_tool_call(std::string name, std::string input,
                               std::optional<std::string> name_space) {
  add_call(*script_,
           {{"type", "custom_tool_call"}, {"name", std::move(name)}, {"input", std::move(input)}},
           std::move(name_space));
  return *this;
}

Reply& Reply::item(Json item) {
  add_item(*script_, detail::RawItem{std::move(item)});
  return *this;
}

Reply& Reply::event(Json event) {
  add(*script_, detail::RawEvent{std::move(event)});
  return *this;
}

Reply& Reply::raw(std::string bytes) {
  add(*script_, detail::RawBytes{std::move(bytes)});
  return *this;
}

Reply& Reply::id(std::string id) {
  script_->next_id = std::move(id);
  return *this;
}

Reply& Reply::response_id(std::string id) {
  script_->response_id = std::move(id);
  return *this;
}

Reply& Reply::usage(const Usage& usage) {
  script_->usage = usage;
  return *this;
}

Reply& Reply::end_turn(bool ends) {
  script_->end_turn = ends;
  return *this;
}

Reply& Reply::wait_for(const Gate& gate) {
  add(*script_, detail::Hold{gate});
  return *this;
}

Reply& Reply::delay(std::chrono::milliseconds time) {
  add(*script_, detail::Pause{time});
  return *this;
}

Reply& Reply::pace(std::chrono::milliseconds time) {
  script_->pace = time;
  return *this;
}

Reply& Reply::fail(std::string code, std::string message) {
  end(*script_, detail::EndEvent{
                    {{"type", "response.failed"},
                     {"response",
                      {{"status", "failed"},
                       {"error", {{"code", std::move(code)}, {"message", std::move(message)}}}}}}});
  return *this;
}

Reply& Reply::incomplete(std::string reason) {
  end(*script_, detail::EndEvent{{{"type", "response.incomplete"},
                                  {"response",
                                   {{"status", "incomplete"},
                                    {"incomplete_details", {{"reason", std::move(reason)}}}}}}});
  return *this;
}

Reply& Reply::disconnect() {
  end(*script_, detail::Disconnected{});
  return *this;
}

Reply& Reply::http_error(int status, Json body, std::map<std::string, std::string> headers) {
  if (!script_->parts.empty()) {
    throw std::logic_error("a mock reply is either a stream or an HTTP error");
  }
  end(*script_, detail::HttpError{status, std::move(body), std::move(headers)});
  return *this;
}

}  // namespace codex::testing
