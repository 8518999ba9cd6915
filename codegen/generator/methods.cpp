#include "methods.hpp"

#include <algorithm>
#include <array>

#include "names.hpp"
#include "responses.hpp"
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

/// Avoids the names of the members of the method's type.
std::string method_name(std::string_view wire) {
  const std::string name = type_name(pascal_case(wire));
  return name == "Params" || name == "Response" ? name + "_" : name;
}

/// The reference in params that are a reference, or a reference or null; nullptr for other params.
template <class SchemaType>
SchemaType* reference_of(SchemaType& params) {
  if (!params.ref.empty()) return &params;
  SchemaType* found = nullptr;
  for (auto& alternative : params.one_of) {
    if (alternative.is_null()) continue;
    if (found || alternative.ref.empty()) return nullptr;
    found = &alternative;
  }
  return found;
}

/// Sets the params' definition: a reference, a nullable one, or none.
void lower_params(Method& method, const Schema& branch) {
  const Schema* params = branch.property("params");
  if (!params || params->is_null()) return;
  method.params_required = branch.required.contains("params");
  method.params = reference_of(*params)->ref;  // ensured by name_params
}

void make_distinct(std::vector<Method>& methods, Notes& notes) {
  std::set<std::string> taken;
  for (Method& method : methods) {
    const std::string wanted = method.name;
    for (int number = 2; !taken.insert(method.name).second; ++number) {
      method.name = wanted + std::to_string(number);
    }
    if (method.name != wanted) {
      notes.push_back({method.wire, "named " + method.name + ", for there is " + wanted});
    }
  }
}

/// The methods of an envelope, without their responses.
std::vector<Method> methods_of(const Schema& list, const Schema* stable, MethodKind kind,
                               Notes& notes) {
  std::vector<Method> out;
  const auto messages = messages_of(list);
  if (messages.size() != list.one_of.size() || messages.empty()) {
    notes.push_back({list.pointer, "not a list of messages, each with its method"});
  }
  std::set<std::string> known;
  for (const Schema* branch : messages) {
    Method method;
    method.wire = branch->property("method")->literals.at(0);
    if (!known.insert(method.wire).second) {
      notes.push_back({branch->pointer, "a second message of the method " + method.wire});
      continue;
    }
    method.name = method_name(method.wire);
    method.kind = kind;
    method.doc = branch->description;
    method.history = branch->history;
    method.experimental = !stable || !tagged_branch(*stable, "method", method.wire);
    lower_params(method, *branch);
    out.push_back(std::move(method));
  }
  make_distinct(out, notes);
  return out;
}

}  // namespace

std::optional<MethodKind> message_kind(std::string_view definition) {
  for (const auto& envelope : envelopes) {
    if (envelope.definition == definition) return envelope.kind;
  }
  return std::nullopt;
}

void name_params(Bundle& bundle) {
  for (const auto& envelope : envelopes) {
    Schema* list = bundle.find(envelope.definition);
    if (!list) continue;
    std::vector<Property> named;
    for (Schema& branch : list->one_of) {
      const Schema* method = branch.property("method");
      if (!method || method->literals.size() != 1) continue;
      for (auto& [name, params] : branch.properties) {
        if (name != "params" || params.is_null() || reference_of(params)) continue;
        const std::string wanted = type_name(pascal_case(method->literals[0]) + "Params");
        std::string free = wanted;
        for (int number = 2; bundle.find(free); ++number) free = wanted + std::to_string(number);
        named.push_back({free, params});
        params = any_json(params);
        params.ref = free;
      }
    }
    for (auto& [name, params] : named) bundle.add(name, std::move(params));
  }
}

std::vector<Method> lower_methods(const Bundle& experimental, const Bundle& stable,
                                  const Responses& responses, Notes& notes) {
  std::vector<Method> out;
  for (const auto& [definition, kind] : envelopes) {
    const Schema* list = experimental.find(definition);
    if (!list) {
      notes.push_back({"#/definitions", "no " + std::string(definition)});
      continue;
    }
    for (Method& method : methods_of(*list, stable.find(definition), kind, notes)) {
      out.push_back(std::move(method));
    }
  }
  find_responses(out, experimental, responses, notes);
  return out;
}

}  // namespace codegen
