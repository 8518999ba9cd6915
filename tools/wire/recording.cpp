#include "recording.hpp"

#include <codex/protocol/support/codec.hpp>

namespace codex::wire {
namespace {

Side side_of(const Json& direction) {
  if (direction == "send") return Side::client;
  if (direction == "recv") return Side::server;
  throw DecodeError("dir", R"(expected "send" or "recv")");
}

}  // namespace

Entry read_entry(std::string_view line) {
  Json json = protocol::decode<Json>(line);
  if (!json.is_object()) throw DecodeError({}, "expected an object");
  if (!json.contains("dir") || !json.contains("msg")) return {.message = std::move(json)};
  Entry entry{.from = side_of(json["dir"])};
  if (const auto seconds = json.find("t"); seconds != json.end() && seconds->is_number()) {
    entry.seconds = seconds->get<double>();
  }
  entry.message = std::move(json["msg"]);
  if (!entry.message.is_object() && !entry.message.is_null()) {
    throw DecodeError("msg", "expected an object or null");
  }
  return entry;
}

}  // namespace codex::wire
