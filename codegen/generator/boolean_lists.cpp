#include "boolean_lists.hpp"

namespace codegen {
namespace {

class BooleanLists {
 public:
  explicit BooleanLists(const Model& model) : model_(model) {}

  void refuse() const {
    for (const auto& definition : model_.definitions) {
      if (const auto* alias = std::get_if<Alias>(&definition.shape)) {
        check(alias->target, definition.pointer);
      } else if (const auto* object = std::get_if<Struct>(&definition.shape)) {
        check(object->members);
      } else if (const auto* message = std::get_if<Message>(&definition.shape)) {
        check(message->members);
      } else if (const auto* choice = std::get_if<Union>(&definition.shape)) {
        check(choice->shared);
        for (const auto& arm : choice->arms) check(arm.type, definition.pointer);
      }
    }
  }

 private:
  void check(const std::vector<Member>& members) const {
    for (const auto& member : members) check(member.type, member.pointer);
  }

  void check(const Type& type, const std::string& pointer) const {
    if (!type.element) return;
    if (type.kind == Type::Kind::list && is_boolean(*type.element)) {
      throw SchemaError(pointer, "a list of booleans has no element references in C++");
    }
    check(*type.element, pointer);
  }

  [[nodiscard]] bool is_boolean(const Type& type) const {
    if (type.kind != Type::Kind::named) return type.kind == Type::Kind::boolean;
    const auto* alias = std::get_if<Alias>(&model_.find(type.name)->shape);
    return alias && is_boolean(alias->target);
  }

  const Model& model_;
};

}  // namespace

void refuse_boolean_lists(const Model& model) { BooleanLists(model).refuse(); }

}  // namespace codegen
