#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <codex/testing.hpp>

namespace codex::testing {

namespace {

std::string member_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json input_items(const Json& body) {
  return body.is_object() ? body.value("input", Json::array()) : Json::array();
}

/// The texts of a content that is one string or a list of parts.
std::vector<std::string> content_texts(const Json& content) {
  if (content.is_string()) return {content.get<std::string>()};
  std::vector<std::string> texts;
  if (!content.is_array()) return texts;
  for (const Json& part : content) {
    if (part.is_object() && part.contains("text")) texts.push_back(member_text(part, "text"));
  }
  return texts;
}

bool is_tool_output(const Json& item, const std::string& call_id) {
  const std::string type = member_text(item, "type");
  return (type == "function_call_output" || type == "custom_tool_call_output") &&
         member_text(item, "call_id") == call_id;
}

}  // namespace

std::vector<std::string> ModelRequest::user_texts() const {
  std::vector<std::string> texts;
  for (const Json& item : input_items(body)) {
    if (!item.is_object() || member_text(item, "role") != "user") continue;
    for (std::string& text : content_texts(item.value("content", Json()))) {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

std::string ModelRequest::last_user_text() const {
  const std::vector<std::string> texts = user_texts();
  return texts.empty() ? std::string() : texts.back();
}

std::optional<std::string> ModelRequest::tool_output(const std::string& call_id) const {
  for (const Json& item : input_items(body)) {
    if (!item.is_object() || !is_tool_output(item, call_id)) continue;
    std::string joined;
    for (const std::string& text : content_texts(item.value("output", Json()))) joined += text;
    return joined;
  }
  return std::nullopt;
}

}  // namespace codex::testing
