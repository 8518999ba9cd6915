#include "families.hpp"

#include <ranges>
#include <set>

#include "names.hpp"
#include "order.hpp"

namespace codegen {
namespace {

constexpr const char* shared_family = "common";
constexpr const char* messages_family = "messages";
constexpr const char* unused_family = "other";  // types that no method uses
constexpr const char* session_family = "session";

std::string first_segment(std::string_view wire) {
  return std::string(wire.substr(0, wire.find('/')));
}

/// `error`, `initialize`: what concerns the session as a whole has no segment of its own.
class FamilyNames {
 public:
  explicit FamilyNames(const Model& model) {
    for (const auto& method : model.methods) {
      if (method.wire.find('/') != std::string::npos) segments_.insert(first_segment(method.wire));
    }
  }
  [[nodiscard]] std::string of(const Method& method) const {
    const std::string segment = first_segment(method.wire);
    if (!segments_.contains(segment)) return session_family;
    const bool ours = segment == "registry" || segment == messages_family;  // headers of our own
    return snake_case(segment) + (ours ? "_methods" : "");
  }

 private:
  std::set<std::string> segments_;
};

class Users {
 public:
  explicit Users(const Model& model) {
    for (const auto& definition : model.definitions) index_.emplace(definition.name, &definition);
  }

  void add(const std::string& family, const std::string& definition) {
    if (definition.empty() || !families_[definition].insert(family).second) return;
    for (const auto& part : parts_of(*index_.at(definition))) add(family, part);
  }

  [[nodiscard]] bool used(const std::string& definition) const {
    return families_.contains(definition);
  }

  [[nodiscard]] std::string only_family(const std::string& definition) const {
    const auto& users = families_.at(definition);
    return users.size() == 1 ? *users.begin() : shared_family;
  }

 private:
  std::map<std::string, const Definition*> index_;
  std::map<std::string, std::set<std::string>> families_;
};

}  // namespace

std::vector<Family> divide(const Model& model) {
  const FamilyNames names(model);
  Users users(model);
  for (const auto& method : model.methods) {
    users.add(names.of(method), method.params);
    users.add(names.of(method), method.response);
  }
  // From the back: what contains others comes before them.
  for (const auto& definition : std::views::reverse(model.definitions)) {
    const bool message = std::holds_alternative<Message>(definition.shape);
    if (message || !users.used(definition.name)) {
      users.add(message ? messages_family : unused_family, definition.name);
    }
  }
  std::map<std::string, Family> families;
  for (const auto& method : model.methods) {
    families[names.of(method)].methods.push_back(&method);
  }
  for (const auto& definition : model.definitions) {
    families[users.only_family(definition.name)].definitions.push_back(&definition);
  }
  std::vector<Family> out;
  for (auto& [name, family] : families) {
    family.name = name;
    out.insert(name == shared_family ? out.begin() : out.end(), std::move(family));
  }
  return out;
}

}  // namespace codegen
