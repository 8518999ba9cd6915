#include "verdict.hpp"

#include "typed_value.hpp"

namespace codex::wire {
namespace {

std::string difference(const Json& original, const Json& encoded) {
  const Json first = Json::diff(original, encoded).at(0);
  return "comes back different at " + first.at("path").get<std::string>() + " (" +
         first.at("op").get<std::string>() + ")";
}

protocol::UnknownPart unknown_request(const std::string& method) {
  if (method.empty()) return {"", "response to a request that was not seen"};
  return {"", "response to method \"" + method + "\""};
}

/// Without the method, since the message's row names it.
std::string problem_of(const CodexError& error) {
  const auto* decode_error = dynamic_cast<const DecodeError*>(&error);
  if (!decode_error) return error.what();
  return DecodeError(decode_error->path(), decode_error->problem()).what();
}

}  // namespace

Verdict not_fitting(Side from, const CodexError& error) {
  const bool by_client = from == Side::client;
  return {by_client ? Verdict::Outcome::misfit : Verdict::Outcome::lost, problem_of(error)};
}

Verdict judge(const Message& message) {
  try {
    const TypedValue value(*message.type, message.typed->dump());
    Verdict verdict{.unknown = value.unknown_parts()};
    if (message.kind == MessageKind::response && !message.known) {
      verdict.unknown.push_back(unknown_request(message.method));
    }
    const Json encoded = protocol::decode<Json>(value.encode());
    if (encoded != *message.typed) {
      verdict.outcome = Verdict::Outcome::lost;
      verdict.problem = difference(*message.typed, encoded);
    }
    return verdict;
  } catch (const CodexError& error) {
    return not_fitting(message.from, error);
  }
}

}  // namespace codex::wire
