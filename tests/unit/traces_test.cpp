#include <map>

#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "support/recording.hpp"

namespace codex::protocol {
namespace {

using detail::MethodKind;
using detail::TypeInfo;
using testing::RecordedMessage;

/// What one message came to.
struct Trip {
  Json encoded;
  std::vector<UnknownPart> unknown;
};

/// There and back through the text codec, as the type with this table.
Trip round_trip(const TypeInfo& type, const Json& json) {
  const auto value = detail::fresh_value(type);
  detail::decode_text(type, value.get(), json.dump());
  return {Json::parse(detail::encode_text(type, value.get())),
          detail::unknown_parts(type, value.get())};
}

/// The same through nlohmann's values: both ways share the tables.
Json json_round_trip(const TypeInfo& type, const Json& json) {
  const auto value = detail::fresh_value(type);
  detail::decode_json(type, value.get(), json);
  return detail::encode_json(type, value.get());
}

/// Knows which answer belongs to which request.
class Conversation {
 public:
  /// The type of the message, and the part of it that has this type.
  std::pair<const TypeInfo*, const Json*> typed_part(const RecordedMessage& recorded) {
    const Json& message = recorded.message;
    if (message.contains("method")) return {&envelope_of(recorded), &message};
    if (message.contains("error")) return {find_type("JSONRPCError"), &message};
    const auto asked = asked_.find({!recorded.sent, message.at("id").dump()});
    if (asked == asked_.end()) return {find_type("JSONRPCResponse"), &message};
    const auto kind = recorded.sent ? MethodKind::server_request : MethodKind::request;
    const auto* method = find_method(kind, asked->second);
    if (!method) return {find_type("JSONRPCResponse"), &message};
    return {method->response, &message.at("result")};
  }

 private:
  const TypeInfo& envelope_of(const RecordedMessage& recorded) {
    const Json& message = recorded.message;
    if (!message.contains("id")) {
      return recorded.sent ? ClientNotification::type_info : ServerNotification::type_info;
    }
    asked_[{recorded.sent, message.at("id").dump()}] = message.at("method").get<std::string>();
    return recorded.sent ? ClientRequest::type_info : ServerRequest::type_info;
  }

  std::map<std::pair<bool, std::string>, std::string> asked_;
};

std::string describe(const std::vector<UnknownPart>& parts) {
  std::string out;
  for (const auto& part : parts) out += part.path + ": " + part.what + "\n";
  return out;
}

}  // namespace

TEST_CASE("recorded traffic decodes and encodes back to the same JSON, with nothing unknown") {
  std::size_t received = 0;
  for (const auto& file : testing::recordings()) {
    Conversation conversation;
    for (const auto& recorded : testing::read_recording(file)) {
      const auto [type, part] = conversation.typed_part(recorded);
      // What the client sent may be wrong on purpose; the runtime's messages never are.
      if (recorded.sent) continue;
      INFO(recorded.file << ":" << recorded.line << " as " << type->name << ": "
                         << recorded.message.dump().substr(0, 300));
      ++received;
      try {
        const Trip trip = round_trip(*type, *part);
        CHECK(trip.encoded == *part);
        CHECK(describe(trip.unknown) == "");
        CHECK(json_round_trip(*type, *part) == *part);
      } catch (const DecodeError& error) {
        FAIL_CHECK(error.what());
      }
    }
  }
  CHECK(received == 2794);
}

TEST_CASE("recorded requests and answers of the client survive the round trip where they fit") {
  std::size_t fitting = 0;
  std::size_t refused = 0;
  for (const auto& file : testing::recordings()) {
    Conversation conversation;
    for (const auto& recorded : testing::read_recording(file)) {
      const auto [type, part] = conversation.typed_part(recorded);
      if (!recorded.sent) continue;
      INFO(recorded.file << ":" << recorded.line << ": " << recorded.message.dump());
      try {
        const Trip trip = round_trip(*type, *part);
        CHECK(trip.encoded == *part);
        ++fitting;
      } catch (const DecodeError&) {
        ++refused;  // probes of the runtime's error handling
      }
    }
  }
  CHECK(fitting == 440);
  CHECK(refused == 9);
}

}  // namespace codex::protocol
