#include "wire/compose.hpp"

#include <algorithm>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/json.hpp>

#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

std::string quoted(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string method_and_params(std::string_view method, std::string_view params) {
  std::string members = "\"method\":" + quoted(method);
  if (!params.empty()) members.append(",\"params\":").append(params);
  return members;
}

std::string as_line(std::string members) {
  std::string line = "{" + std::move(members) + "}";
  if (!is_utf8(line)) throw CodexError("Cannot send text that is not valid UTF-8");
  // Inside JSON strings a line break is always escaped: what is left is mere layout.
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line.append("\n");
}

}  // namespace

std::string request_line(std::uint64_t id, std::string_view method, std::string_view params) {
  return as_line("\"id\":" + std::to_string(id) + "," + method_and_params(method, params));
}

std::string notification_line(std::string_view method, std::string_view params) {
  return as_line(method_and_params(method, params));
}

std::string response_line(std::string_view id, std::string_view result) {
  return as_line(R"("id":)" + std::string(id) + R"(,"result":)" + std::string(result));
}

std::string error_line(std::string_view id, std::int64_t code, std::string_view message) {
  return as_line(R"("id":)" + std::string(id) + R"(,"error":{"code":)" + std::to_string(code) +
                 R"(,"message":)" + quoted(message) + "}");
}

}  // namespace codex::detail
