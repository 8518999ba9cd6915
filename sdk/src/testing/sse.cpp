#include "testing/sse.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace codex::testing::detail {

namespace {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

Json usage_json(const Usage& usage) {
  return {{"input_tokens", usage.input},
          {"input_tokens_details", {{"cached_tokens", usage.cached}}},
          {"output_tokens", usage.output},
          {"output_tokens_details", {{"reasoning_tokens", usage.reasoning}}},
          {"total_tokens", usage.total.value_or(usage.input + usage.output)}};
}

/// Writes the events of one response; tracks the open item.
class EventWriter {
 public:
  EventWriter(const Script& script, IdCounter& ids)
      : script_(script),
        ids_(ids),
        response_id_(script.response_id.empty() ? ids.next("resp") : script.response_id) {}

  std::vector<StreamStep> write() {
    send({{"type", "response.created"}, {"response", response("in_progress")}});
    for (const Part& part : script_.parts) {
      std::visit([this](const auto& p) { put(p); }, part);
    }
    std::visit([this](const auto& ending) { finish(ending); }, script_.ending);
    return std::move(steps_);
  }

 private:
  void put(const OpenMessage& part) {
    message_ = {{"type", "message"},
                {"id", id_or_next(part.id, "msg")},
                {"role", "assistant"},
                {"status", "in_progress"},
                {"content", Json::array()}};
    if (part.phase == Phase::commentary) message_["phase"] = "commentary";
    if (part.phase == Phase::final_answer) message_["phase"] = "final_answer";
    text_.clear();
    send_added(message_);
  }

  void put(const MessageDelta& part) {
    text_ += part.text;
    send_in_item("response.output_text.delta", message_,
                 {{"content_index", 0}, {"delta", part.text}});
  }

  void put(const CloseMessage&) {
    message_["status"] = "completed";
    message_["content"] = {
        {{"type", "output_text"}, {"text", text_}, {"annotations", Json::array()}}};
    send_done(std::exchange(message_, nullptr));
  }

  void put(const Reasoning& part) {
    Json item = {{"type", "reasoning"},
                 {"id", id_or_next(part.id, "rs")},
                 {"summary", Json::array()},
                 {"content", Json::array()},
                 {"encrypted_content", nullptr}};
    send_added(item);
    const Json summary = {{"type", "summary_text"}, {"text", part.summary}};
    send_in_item("response.reasoning_summary_part.added", item,
                 {{"summary_index", 0}, {"part", {{"type", "summary_text"}, {"text", ""}}}});
    send_in_item("response.reasoning_summary_text.delta", item,
                 {{"summary_index", 0}, {"delta", part.summary}});
    send_in_item("response.reasoning_summary_text.done", item,
                 {{"summary_index", 0}, {"text", part.summary}});
    send_in_item("response.reasoning_summary_part.done", item,
                 {{"summary_index", 0}, {"part", summary}});
    item["summary"].push_back(summary);
    if (!part.content.empty()) {
      send_in_item("response.reasoning_text.delta", item,
                   {{"content_index", 0}, {"delta", part.content}});
      send_in_item("response.reasoning_text.done", item,
                   {{"content_index", 0}, {"text", part.content}});
      item["content"].push_back({{"type", "reasoning_text"}, {"text", part.content}});
    }
    send_done(item);
  }

  void put(const ToolCall& part) {
    const std::string call_id = id_or_next(part.call_id, "call");
    Json item = part.item;
    item["id"] = "item_" + call_id;
    item["call_id"] = call_id;
    item["status"] = "in_progress";
    send_added(item);
    item["status"] = "completed";
    send_done(item);
  }

  void put(const RawItem& part) {
    send_added(part.item);
    send_done(part.item);
  }

  void put(const RawEvent& part) { send_as_is(part.event); }
  void put(const RawBytes& part) { push(Send{part.bytes}); }
  void put(const Hold& part) { steps_.emplace_back(part); }
  void put(const Pause& part) { steps_.emplace_back(part); }

  void finish(const Completed&) {
    if (!message_.is_null()) put(CloseMessage{});
    Json done = response("completed");
    done["usage"] = usage_json(script_.usage);
    if (script_.end_turn) done["end_turn"] = *script_.end_turn;
    send({{"type", "response.completed"}, {"response", std::move(done)}});
  }

  void finish(const EndEvent& ending) {
    Json event = ending.event;
    event["response"]["id"] = response_id_;
    event["response"]["object"] = "response";
    send(std::move(event));
  }

  void finish(const Disconnected&) { steps_.emplace_back(Cut{}); }

  // Answered before a stream begins; there are no steps.
  void finish(const HttpError&) { steps_.clear(); }

  std::string id_or_next(const std::string& id, const std::string& kind) {
    return id.empty() ? ids_.next(kind) : id;
  }

  Json response(const std::string& status) const {
    return {{"id", response_id_}, {"object", "response"}, {"status", status}};
  }

  void send_added(const Json& item) {
    send({{"type", "response.output_item.added"}, {"output_index", output_index_}, {"item", item}});
  }

  void send_done(const Json& item) {
    send({{"type", "response.output_item.done"}, {"output_index", output_index_}, {"item", item}});
    ++output_index_;
  }

  void send_in_item(const std::string& type, const Json& item, Json members) {
    members["type"] = type;
    members["item_id"] = item.at("id");
    members["output_index"] = output_index_;
    send(std::move(members));
  }

  void send(Json event) {
    event["sequence_number"] = sequence_number_++;
    send_as_is(event);
  }

  void send_as_is(const Json& event) {
    const std::string type = event.value("type", "message");
    push(Send{"event: " + type + "\ndata: " + event.dump() + "\n\n"});
  }

  void push(Send step) {
    if (sent_something_ && script_.pace.count() > 0) steps_.emplace_back(Pause{script_.pace});
    sent_something_ = true;
    steps_.emplace_back(std::move(step));
  }

  const Script& script_;
  IdCounter& ids_;
  std::string response_id_;
  std::vector<StreamStep> steps_;
  bool sent_something_ = false;
  Json message_ = nullptr;
  std::string text_;
  std::size_t output_index_ = 0;
  std::size_t sequence_number_ = 0;
};

}  // namespace

std::vector<StreamStep> lay_out(const Script& script, IdCounter& ids) {
  return EventWriter(script, ids).write();
}

}  // namespace codex::testing::detail
