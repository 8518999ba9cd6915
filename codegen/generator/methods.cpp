#include "methods.hpp"

#include <algorithm>
#include <array>

#include "names.hpp"
#include "shapes.hpp"

namespace codegen {
namespace {

struct Envelope {
  std::string_view definition;
  MethodKind kind;
};
constexpr std::array envelopes = {
    Envelope{"ClientRequest", MethodKind::request},
    Envelope{"ServerNotification", MethodKind::notification},
    Envelope{"ServerRequest", MethodKind::server_request},
    Envelope{"ClientNotification", MethodKind::client_notification},
};

bool is_request(MethodKind kind) {
  return kind == MethodKind::request || kind == MethodKind::server_request;
}

/// The method's type has members of these names.
std::string method_name(std::string_view wire) {
  const std::string name = pascal_case(wire);
  return name == "Params" || name == "Response" ? name + "_" : name;
}

/// The params' definition: a reference, a nullable one, or none at all.
void lower_params(Method& method, const Schema& branch) {
  const Schema* params = branch.property("params");
  if (!params || params->is_null()) return;
  method.params_required = branch.required.contains("params");
  if (!params->ref.empty()) {
    method.params = params->ref;
    return;
  }
  if (has_null_arm(*params)) {
    const Schema rest = without_null_arm(*params);
    if (rest.one_of.size() == 1) method.params = rest.one_of[0].ref;
  }
  if (method.params.empty()) throw SchemaError(params->pointer, "params are no definition");
}

/// `XParams -> XResponse`, but for the exceptions that responses.json lists.
std::string response_of(const Method& method, const Bundle& bundle, const Responses& responses) {
  constexpr std::string_view suffix = "Params";
  if (const auto listed = responses.find(method.wire); listed != responses.end()) {
    if (bundle.find(type_name(listed->second))) return type_name(listed->second);
    throw SchemaError("responses.json", method.wire + ": the schema has no " + listed->second);
  }
  if (method.params.ends_with(suffix)) {
    const std::string name =
        method.params.substr(0, method.params.size() - suffix.size()) + "Response";
    if (bundle.find(name)) return name;
  }
  throw SchemaError("responses.json", "the response type of " + method.wire +
                                          " is not known; add an entry for it to responses.json");
}

}  // namespace

std::optional<MethodKind> message_kind(std::string_view definition) {
  for (const auto& envelope : envelopes) {
    if (envelope.definition == definition) return envelope.kind;
  }
  return std::nullopt;
}

std::vector<Method> lower_methods(const Bundle& experimental, const Bundle& stable,
                                  const Responses& responses) {
  std::vector<Method> out;
  for (const auto& [definition, kind] : envelopes) {
    const Schema* list = experimental.find(definition);
    if (!list) throw SchemaError("#/definitions", "no " + std::string(definition));
    const Schema* stable_list = stable.find(definition);
    if (list->one_of.empty() || literal_tag(*list) != "method") {
      throw SchemaError(list->pointer, "no list of messages, each with its method");
    }
    std::set<std::string> taken;
    for (const Schema& branch : list->one_of) {
      Method method;
      method.wire = branch.property("method")->literals.at(0);
      method.name = method_name(method.wire);
      method.kind = kind;
      method.doc = branch.description;
      method.history = branch.history;
      method.experimental = !stable_list || !tagged_branch(*stable_list, "method", method.wire);
      lower_params(method, branch);
      if (is_request(kind)) method.response = response_of(method, experimental, responses);
      if (!taken.insert(method.name).second) {
        throw SchemaError(branch.pointer, "two methods would be named " + method.name);
      }
      out.push_back(std::move(method));
    }
  }
  return out;
}

}  // namespace codegen
