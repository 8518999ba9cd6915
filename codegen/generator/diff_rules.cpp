#include "diff_rules.hpp"

#include <algorithm>

#include "order.hpp"

namespace codegen {
namespace {

class Uses {
 public:
  explicit Uses(const Model& model) {
    for (const auto& definition : model.definitions) index_.emplace(definition.name, &definition);
  }

  void add(const std::string& name, bool Use::*way) {
    if (name.empty() || name == any_response || uses_[name].*way) return;
    uses_[name].*way = true;
    for (const auto& part : parts_of(*index_.at(name))) add(part, way);
  }

  std::map<std::string, Use> take() { return std::move(uses_); }

 private:
  std::map<std::string, const Definition*> index_;
  std::map<std::string, Use> uses_;
};

bool takes_null(const Member& member) {
  return member.presence == Presence::required_nullable ||
         member.presence == Presence::optional_nullable;
}

}  // namespace

std::map<std::string, Use> uses_of(const Model& model) {
  Uses uses(model);
  for (const auto& method : model.methods) {
    const bool ours = method.kind == MethodKind::request ||  // the client sends it
                      method.kind == MethodKind::client_notification;
    uses.add(method.params, ours ? &Use::written : &Use::read);
    uses.add(method.response, ours ? &Use::read : &Use::written);
  }
  auto out = uses.take();
  for (const auto& definition : model.definitions) {
    const bool message = std::holds_alternative<Message>(definition.shape);
    out.emplace(definition.name, message ? Use{false, true} : Use{true, true});
  }
  return out;
}

bool is_required(const Member& member) {
  return member.presence == Presence::required || member.presence == Presence::required_nullable;
}

bool presence_breaks(const Member& before, const Member& after, Use use) {
  const auto is = [&](Presence from, Presence to) {
    return before.presence == from && after.presence == to;
  };
  if (use.written) {
    if (is_required(after) && !is_required(before)) return true;
    if (takes_null(before) && !takes_null(after) && after.presence != Presence::optional) {
      return true;
    }
    if (is(Presence::optional_nullable, Presence::optional)) return true;
  }
  if (!use.read) return false;
  if (is(Presence::required_nullable, Presence::optional) ||
      is(Presence::optional, Presence::required_nullable)) {
    return false;  // std::optional in both cases
  }
  const bool optional =
      before.presence == Presence::optional || before.presence == Presence::required_nullable;
  return !optional || after.presence != Presence::optional_nullable;
}

bool params_break(const Model& after, const std::string& old_params,
                  const std::string& new_params) {
  if (old_params == new_params) return false;
  if (!old_params.empty()) return true;
  const auto* object = std::get_if<Struct>(&after.find(new_params)->shape);
  return !object || std::any_of(object->members.begin(), object->members.end(),
                                [](const Member& member) { return is_required(member); });
}

}  // namespace codegen
