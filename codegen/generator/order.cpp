#include "order.hpp"

#include <map>

namespace codegen {
namespace {

void add_parts(std::set<std::string>& out, const Type& type) {
  if (type.kind == Type::Kind::named) out.insert(type.name);
  if (type.element) add_parts(out, *type.element);
}

void add_parts(std::set<std::string>& out, const std::vector<Member>& members) {
  for (const auto& member : members) add_parts(out, member.type);
}

/// Depth first; the path to the current definition shows a cycle.
class Sorter {
 public:
  explicit Sorter(std::vector<Definition> definitions) : definitions_(std::move(definitions)) {
    for (std::size_t i = 0; i < definitions_.size(); ++i) index_.emplace(definitions_[i].name, i);
  }

  std::vector<Definition> run() {
    for (const auto& definition : definitions_) visit(definition.name);
    std::vector<Definition> out;
    for (const std::size_t i : order_) out.push_back(std::move(definitions_[i]));
    return out;
  }

 private:
  void visit(const std::string& name) {
    if (!done_.insert(name).second) return;
    const std::size_t at = index_.at(name);
    for (const auto& part : parts_of(definitions_[at])) visit(part);
    order_.push_back(at);
  }

  std::vector<Definition> definitions_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::size_t> order_;
  std::set<std::string> done_;
};

}  // namespace

std::set<std::string> parts_of(const Definition& definition) {
  std::set<std::string> out;
  if (const auto* object = std::get_if<Struct>(&definition.shape)) {
    add_parts(out, object->members);
  } else if (const auto* alias = std::get_if<Alias>(&definition.shape)) {
    add_parts(out, alias->target);
  } else if (const auto* message = std::get_if<Message>(&definition.shape)) {
    add_parts(out, message->members);
  } else if (const auto* choice = std::get_if<Union>(&definition.shape)) {
    add_parts(out, choice->shared);
    for (const auto& arm : choice->arms) add_parts(out, arm.type);
  }
  return out;
}

std::vector<Definition> in_order(std::vector<Definition> definitions) {
  return Sorter(std::move(definitions)).run();
}

}  // namespace codegen
