#include "settle.hpp"

#include <algorithm>

#include "defaults.hpp"

namespace codegen {
namespace {

std::vector<Member>* members_of(Definition& definition) {
  if (auto* object = std::get_if<Struct>(&definition.shape)) return &object->members;
  if (auto* message = std::get_if<Message>(&definition.shape)) return &message->members;
  if (auto* choice = std::get_if<Union>(&definition.shape)) return &choice->shared;
  return nullptr;
}

/// The kind of type after resolving aliases.
Type::Kind kind_of(const Model& model, const Type& type) {
  if (type.kind != Type::Kind::named) return type.kind;
  const auto* alias = std::get_if<Alias>(&model.find(type.name)->shape);
  return alias ? kind_of(model, alias->target) : type.kind;
}

class BooleanLists {
 public:
  explicit BooleanLists(Model& model) : model_(model) {}

  void replace() {
    for (auto& definition : model_.definitions) {
      if (auto* alias = std::get_if<Alias>(&definition.shape)) {
        replace(alias->target, definition.pointer);
      }
      if (auto* choice = std::get_if<Union>(&definition.shape)) {
        for (auto& arm : choice->arms) replace(arm.type, definition.pointer);
      }
      if (auto* members = members_of(definition)) {
        for (auto& member : *members) replace(member.type, member.pointer);
      }
    }
  }

 private:
  void replace(Type& type, const std::string& pointer) {
    if (!type.element) return;
    Type element = *type.element;
    if (type.kind == Type::Kind::list && kind_of(model_, element) == Type::Kind::boolean) {
      model_.notes.push_back({pointer, "a list of booleans: its elements are any JSON"});
      element = simple_type(Type::Kind::json);
    } else {
      replace(element, pointer);
    }
    type.element = std::make_shared<Type>(std::move(element));
  }

  Model& model_;
};

/// Whether the arm's values cannot be distinguished from those of others.
bool takes_all(const Model& model, const Arm& arm) {
  const Type::Kind kind = kind_of(model, arm.type);
  return kind == Type::Kind::json || kind == Type::Kind::optional;
}

void replace_unions(Model& model) {
  for (auto& definition : model.definitions) {  // each comes after its arms
    const auto* choice = std::get_if<Union>(&definition.shape);
    if (!choice || choice->style != UnionStyle::shape) continue;
    if (std::none_of(choice->arms.begin(), choice->arms.end(),
                     [&](const Arm& arm) { return takes_all(model, arm); })) {
      continue;
    }
    model.notes.push_back({definition.pointer, "an alternative of it is any JSON, so it is, too"});
    definition.shape = Alias{simple_type(Type::Kind::json)};
  }
}

void replace_defaults(Model& model) {
  const Defaults defaults(model);
  for (auto& definition : model.definitions) {
    auto* members = members_of(definition);
    if (!members) continue;
    for (auto& member : *members) {
      if (member.presence != Presence::defaulted) continue;
      try {
        static_cast<void>(defaults.text(member));
      } catch (const SchemaError& error) {
        model.notes.push_back(error.note());
        member.presence = Presence::optional;
      }
    }
  }
}

}  // namespace

void settle(Model& model) {
  BooleanLists(model).replace();
  replace_unions(model);
  replace_defaults(model);
}

}  // namespace codegen
