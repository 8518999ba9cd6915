#include "support/watched_turn.hpp"

#include <algorithm>

namespace codex::testing {
namespace {

/// What an item says that is the same in each run.
std::string gist(const Json& item) {
  std::string text = item.at("type");
  for (const char* member :
       {"text", "summary", "aggregatedOutput", "exitCode", "status", "contentItems", "success"}) {
    const auto found = item.find(member);
    if (found != item.end() && !found->is_null()) text += " " + found->dump();
  }
  return text;
}

/// The text that the deltas of an item sum up to.
std::string streamed_text(const Json& item) {
  std::string text;
  for (const char* member : {"text", "aggregatedOutput"}) {
    if (item.contains(member) && item[member].is_string()) text += item[member];
  }
  for (const char* member : {"summary", "content"}) {
    if (item["type"] != "reasoning" || !item.contains(member)) continue;
    for (const Json& part : item[member]) text += part.get<std::string>();
  }
  return text;
}

}  // namespace

void TurnWatch::see(const Notification& event) {
  const Json params = Json::parse(event.params());
  const std::string method(event.method());
  if (method == "turn/completed" && ++turn_ends_ > 1) faults_.push_back("two turn/completed");
  if (method == "item/started" || method == "item/completed")
    return see_item(method, params["item"]);
  if (!method.starts_with("item/") || !params.contains("delta")) return;
  Item& item = items_[params.at("itemId")];
  if (item.ends > 0) faults_.push_back("a delta after the end of " + item.type);
  item.has_stream = true;
  item.stream += params["delta"];
}

void TurnWatch::see_item(std::string_view method, const Json& json) {
  Item& item = items_[json.at("id")];
  item.type = json.at("type");
  if (method == "item/started") {
    if (++item.starts > 1) faults_.push_back("two starts of " + item.type);
    return;
  }
  if (++item.ends > 1) faults_.push_back("two ends of " + item.type);
  if (item.starts != 1) faults_.push_back("an end without a start of " + item.type);
  item.text = streamed_text(json);
}

Seen TurnWatch::seen(const TurnResult& result) const {
  Seen seen{.status = std::string(result.status.name()),
            .final_response = result.final_response.value_or("none"),
            .faults = faults_};
  for (const auto& item : result.items) seen.items.push_back(gist(Json(item)));
  for (const auto& [id, item] : items_) {
    if (!item.has_stream) continue;
    if (item.type == "commandExecution") {
      // The runtime does not stream what a command prints in its first moments.
      if (!item.text.ends_with(item.stream)) seen.faults.push_back("the output is not its deltas");
      continue;
    }
    seen.streams.push_back(item.type + " " + item.stream);
    if (item.stream != item.text) {
      seen.faults.push_back("the stream of " + item.type + " sums up to \"" + item.stream +
                            "\", not to \"" + item.text + "\"");
    }
  }
  std::ranges::sort(seen.items);
  std::ranges::sort(seen.streams);
  return seen;
}

std::string text_of(const Seen& seen) {
  std::string text = seen.status + ", " + seen.final_response;
  for (const auto* list : {&seen.items, &seen.streams, &seen.faults}) {
    text += "\n--";
    for (const auto& line : *list) text += "\n" + line;
  }
  return text;
}

}  // namespace codex::testing
