#include "benchmarks/inputs.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include <codex/protocol/item.hpp>
#include <codex/protocol/messages.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/protocol/thread.hpp>

#include "benchmarks/walk.hpp"
#include "support/recording.hpp"

namespace codex::benchmarks {

namespace {

using OrderedJson = nlohmann::ordered_json;  // keeps the order of members: tags come first
using protocol::TypeInfo;

constexpr std::size_t delta_count = 100'000;
constexpr std::size_t thread_size = 20'000'000;

class InputBuilder {
 public:
  explicit InputBuilder(std::string name) : name_(std::move(name)) {}

  void add(const std::string& text, const TypeInfo& type) {
    parts_.push_back({text.size(), &type});
    texts_ += text;
  }

  /// Puts the input where it stays: its messages point to its texts.
  void build(Input& input) {
    texts_.append(padding, ' ');
    input = {std::move(name_), std::move(texts_), {}, 0};
    std::map<const TypeInfo*, std::shared_ptr<void>> scratches;
    for (const auto& [size, type] : parts_) {
      const std::string_view text = std::string_view(input.texts).substr(input.bytes, size);
      auto& scratch = scratches[type];
      if (!scratch) scratch = protocol::detail::fresh_value(*type);
      input.messages.push_back({text, type, decoded(*type, text), scratch});
      input.bytes += size;
    }
  }

 private:
  struct Part {
    std::size_t size;
    const TypeInfo* type;
  };

  static std::shared_ptr<void> decoded(const TypeInfo& type, std::string_view text) {
    auto value = protocol::detail::fresh_value(type);
    protocol::detail::decode_text(type, value.get(), text);
    if (Json::parse(protocol::detail::encode_text(type, value.get())) != Json::parse(text)) {
      throw std::runtime_error("does not survive the round trip: " +
                               std::string(text.substr(0, 1000)));
    }
    return value;
  }

  std::string name_;
  std::string texts_;
  std::vector<Part> parts_;
};

/// All that the runtime sent.
std::vector<OrderedJson> received() {
  std::vector<OrderedJson> messages;
  for (const auto& file : testing::recordings()) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      auto json = OrderedJson::parse(line);
      if (json.at("dir") == "recv" && json.at("msg").is_object()) {
        messages.push_back(std::move(json.at("msg")));
      }
    }
  }
  return messages;
}

bool is_notification(const OrderedJson& message) {
  return message.contains("method") && !message.contains("id");
}

void add_notifications(std::deque<Input>& out, const std::vector<OrderedJson>& messages) {
  InputBuilder whole("notifications");
  InputBuilder params("params");
  for (const auto& message : messages) {
    if (!is_notification(message)) continue;
    whole.add(message.dump(), protocol::ServerNotification::type_info);
    const auto method = message.at("method").get<std::string>();
    const auto* info = protocol::find_method(protocol::MethodKind::notification, method);
    if (info && info->params) params.add(message.at("params").dump(), *info->params);
  }
  whole.build(out.emplace_back());
  params.build(out.emplace_back());
}

void add_deltas(std::deque<Input>& out, const std::vector<OrderedJson>& messages) {
  using Delta = protocol::notifications::ItemAgentMessageDelta;
  std::vector<const OrderedJson*> recorded;
  for (const auto& message : messages) {
    if (is_notification(message) && message.at("method") == Delta::method) {
      recorded.push_back(&message);
    }
  }
  InputBuilder whole("delta messages");
  InputBuilder params("deltas");
  for (std::size_t i = 0; i < delta_count; ++i) {
    const OrderedJson& message = *recorded.at(i % recorded.size());
    whole.add(message.dump(), protocol::ServerNotification::type_info);
    params.add(message.at("params").dump(), Delta::Params::type_info);
  }
  whole.build(out.emplace_back());
  params.build(out.emplace_back());
}

/// The recorded items, whose texts are those of a mock: "Hello."
std::vector<OrderedJson> recorded_items(const std::vector<OrderedJson>& messages) {
  std::vector<OrderedJson> items;
  for (const auto& message : messages) {
    if (is_notification(message) && message["method"] == "item/completed") {
      items.push_back(message["params"]["item"]);
    }
  }
  return items;
}

/// Text of that many bytes, with line breaks and quotes as programs and models write them.
std::string lines_of(std::size_t size) {
  constexpr std::string_view lines =
      "tests/unit/codec_test.cpp:42: error: expected \"value\", got number 17\n"
      "  CHECK(decode<Item>(text).name == \"first\");\n"
      "\n"
      "The parser stops one token too early, so I will look at the caller next.\n";
  std::string text;
  while (text.size() < size) text += lines;
  text.resize(size);
  return text;
}

/// Gives an item the texts of a day's work: messages of a paragraph or two, the output of a build,
/// a patch.
OrderedJson at_work(OrderedJson item) {
  const auto type = item.at("type").get<std::string>();
  if (type == "agentMessage" || type == "plan") item["text"] = lines_of(1'000);
  if (type == "commandExecution") item["aggregatedOutput"] = lines_of(6'000);
  if (type == "fileChange") {
    for (auto& change : item.at("changes")) change["diff"] = lines_of(3'000);
  }
  return item;
}

/// Recorded turns with twenty of these items each, until the text is large enough.
void add_thread(std::deque<Input>& out, std::string name, const std::vector<OrderedJson>& items,
                const std::vector<OrderedJson>& messages) {
  constexpr std::size_t items_per_turn = 20;
  std::vector<OrderedJson> turns;
  OrderedJson response;
  for (const auto& message : messages) {
    if (message.contains("result") && message["result"].contains("thread") &&
        message["result"].size() == 1) {
      response = message["result"];
    }
    if (!is_notification(message)) continue;
    if (message["method"] == "turn/completed") turns.push_back(message["params"]["turn"]);
  }
  auto& all = response.at("thread").at("turns") = OrderedJson::array();
  std::size_t item = 0;
  for (std::size_t size = 0; size < thread_size; size += all.back().dump().size()) {
    OrderedJson turn = turns.at(all.size() % turns.size());
    auto& content = turn.at("items") = OrderedJson::array();
    for (std::size_t i = 0; i < items_per_turn; ++i)
      content.push_back(items[item++ % items.size()]);
    all.push_back(std::move(turn));
  }
  InputBuilder input(std::move(name));
  input.add(response.dump(), protocol::ThreadReadResponse::type_info);
  input.build(out.emplace_back());
}

/// Twice: a thread as work makes them, and one of 80,000 items with next to no text, where all time
/// goes into making and freeing values.
void add_threads(std::deque<Input>& out, const std::vector<OrderedJson>& messages) {
  const std::vector<OrderedJson> tiny = recorded_items(messages);
  std::vector<OrderedJson> items;
  std::transform(tiny.begin(), tiny.end(), std::back_inserter(items), at_work);
  add_thread(out, "thread/read", items, messages);
  add_thread(out, "tiny items", tiny, messages);
}

}  // namespace

const std::deque<Input>& inputs() {
  static const auto all = [] {
    const auto messages = received();
    std::deque<Input> out;
    add_notifications(out, messages);
    add_deltas(out, messages);
    add_threads(out, messages);
    return out;
  }();
  return all;
}

}  // namespace codex::benchmarks
