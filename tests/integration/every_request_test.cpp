#include <fstream>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/codec.hpp>
#include <codex/testing.hpp>

#include "integration/runtime_bin.hpp"
#include "support/messages.hpp"

using codex::Json;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
using codex::protocol::MethodKind;
using codex::protocol::TypeInfo;

namespace {

/// One entry of tests/data/offline_requests.json, see there.
struct Call {
  std::string method;
  Json params;
  std::map<std::string, std::string> keep = {};  // names for what the answer has, by JSON pointer
  bool refused = false;                          // by the runtime, when there is no network
  bool background = false;                       // is answered when later calls end it
};

Json read_data() {
  std::ifstream in(TEST_DATA "/offline_requests.json");
  return Json::parse(in);
}

std::vector<Call> calls_of(const Json& data) {
  std::vector<Call> calls;
  for (const Json& entry : data.at("called")) {
    calls.push_back({.method = entry.at("method"),
                     .params = entry.value("params", Json()),
                     .keep = entry.value("keep", std::map<std::string, std::string>()),
                     .refused = entry.contains("refused"),
                     .background = entry.value("background", false)});
  }
  return calls;
}

std::set<std::string> methods_of(const Json& data) {
  std::set<std::string> methods;
  for (const Call& call : calls_of(data)) methods.insert(call.method);
  for (const auto& [method, reason] : data.at("not_called").items()) methods.insert(method);
  return methods;
}

/// The values that `$NAME` stands for in later params.
using Values = std::map<std::string, std::string>;

Json with_values(const Json& params, const Values& values) {
  if (params.is_structured()) {
    Json filled = params;
    for (Json& part : filled) part = with_values(part, values);
    return filled;
  }
  if (!params.is_string()) return params;
  const auto text = params.get<std::string>();
  const auto name = text.substr(0, text.find('/'));
  if (!name.starts_with('$')) return params;
  const auto found = values.find(name.substr(1));
  return found == values.end() ? text : found->second + text.substr(name.size());
}

/// Older runtimes lack methods, and newer ones may refuse what the pinned one takes.
bool is_pinned() { return codex::testing::runtime_bin() == RUNTIME_BIN; }

/// What is lost of a value, read as that type and written again; empty when nothing is. Of the
/// pinned runtime all parts are known as well.
std::string lost_of(const TypeInfo& type, const Json& sent) {
  if (type.kind == codex::protocol::detail::Kind::json) return "";
  try {
    const auto value = codex::protocol::detail::fresh_value(type);
    codex::protocol::detail::decode_json(type, value.get(), sent);
    const auto unknown = codex::protocol::detail::unknown_parts(type, value.get());
    if (!unknown.empty() && is_pinned()) {
      const auto& part = unknown.front();
      return part.path + ": unknown " + part.what;
    }
    const Json again = codex::protocol::detail::encode_json(type, value.get());
    return again == sent ? "" : "comes back different: " + Json::diff(sent, again).dump();
  } catch (const codex::DecodeError& error) {
    return error.what();
  }
}

/// With plugins, and with nothing at the place of the network.
codex::CodexConfig offline(const MockModel& mock) {
  auto config = mock.config();
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"}) {
    config.env[name] = "http://127.0.0.1:9";
  }
  return config;
}

/// A runtime that has had a turn, in the thread $THREAD.
class Session {
 public:
  Session() {
    mock_.on_request([](const codex::testing::ModelRequest& request) {
      const bool slow = request.last_user_text() == "take your time";
      return slow ? Reply{}.delay(60s).text("at last") : Reply("hello");
    });
    auto thread = codex_.thread_start();
    (void)thread.run("hello");
    values_ = {{"THREAD", thread.id()}, {"FOLDER", mock_.workspace().string()}};
  }

  /// The answer; none when the runtime refuses, and why.
  std::optional<Json> call(const Call& call) {
    why_.clear();
    const Json params = with_values(call.params, values_);
    if (call.background) {
      background_.push_back(std::async(
          std::launch::async, [=, this] { return codex_.request(call.method, params, bound_); }));
      return std::nullopt;
    }
    const auto deadline = codex::testing::soon();
    auto answer = ask(call.method, params);
    // A turn begins and ends some time after its request was answered.
    while (!answer && !call.refused && codex::testing::contains(why_, "active") &&
           codex::detail::Clock::now() < deadline) {
      answer = ask(call.method, params);
    }
    if (!answer) return answer;
    for (const auto& [name, pointer] : call.keep) {
      const Json::json_pointer place(pointer);
      if (answer->contains(place)) values_[name] = answer->at(place).get<std::string>();
    }
    return answer;
  }

  [[nodiscard]] const std::string& why() const { return why_; }

  /// The answer of the oldest call in the background.
  Json finish() {
    auto answer = std::move(background_.front());
    background_.erase(background_.begin());
    return answer.get();
  }

 private:
  std::optional<Json> ask(const std::string& method, const Json& params) {
    try {
      return codex_.request(method, params, bound_);
    } catch (const codex::JsonRpcError& error) {
      why_ = error.what();
    } catch (const codex::UnsupportedError& error) {
      why_ = error.what();
    }
    return std::nullopt;
  }

  MockModel mock_{{.settings = {{"features.plugins", "true"},
                                {"features.step_model_switching", "true"},
                                {"mcp_servers.helper.command", "\"python3\""},
                                {"mcp_servers.helper.args",
                                 "[\"-B\", \"" TEST_DATA "/../support/mcp_server.py\"]"}}}};
  codex::Codex codex_{offline(mock_)};
  codex::CallOptions bound_{.timeout = 120s};
  Values values_;
  std::string why_;
  std::vector<std::future<Json>> background_;
};

const codex::protocol::MethodInfo* find_request(const std::string& method) {
  return codex::protocol::find_method(MethodKind::request, method);
}

void check_answer(const std::string& method, const Json& answer) {
  INFO(method, ": ", answer.dump());
  CHECK(lost_of(*find_request(method)->response, answer) == "");
}

}  // namespace

TEST_CASE("whatever the runtime answers without network decodes, and nothing of it is lost") {
  Session session;
  std::vector<std::string> in_background;
  std::set<std::string> answered;
  for (const Call& call : calls_of(read_data())) {
    CAPTURE(call.method);
    const auto* method = find_request(call.method);
    if (method == nullptr) continue;  // of a newer runtime than the pinned one
    if (!call.params.is_null()) CHECK(lost_of(*method->params, call.params) == "");
    if (call.background) in_background.push_back(call.method);
    const auto answer = session.call(call);
    if (answer) {
      answered.insert(call.method);
      check_answer(call.method, *answer);
    } else if (!call.background && is_pinned()) {
      INFO(session.why());
      CHECK(call.refused);
    }
  }
  for (const auto& method : in_background) check_answer(method, session.finish());
  CHECK((!is_pinned() || answered.size() >= 140));
  MESSAGE(answered.size(), " methods were answered");
}

TEST_CASE("each request is called without network, or it is said why not") {
  const auto known = methods_of(read_data());
  for (const auto& method : codex::protocol::methods(MethodKind::request)) {
    // No failure: a bump to a newer runtime needs nothing by hand.
    if (!known.contains(std::string(method.method))) MESSAGE("never called: ", method.method);
  }
}
