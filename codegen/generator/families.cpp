#include "families.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include "names.hpp"
#include "order.hpp"

namespace codegen {
namespace {

constexpr const char* everyday_family = "everyday";
constexpr const char* shared_family = "common";
constexpr const char* messages_family = "messages";
constexpr const char* unused_family = "other";  // types that no method uses
constexpr const char* session_family = "session";

/// The methods that the ergonomic API uses, and those that programs often use besides. Each further
/// method costs every program that includes <codex/codex.hpp>: measure (generated/README.md).
/// Sorted; `item/` means all methods with that prefix. A method that a schema lacks is ignored.
constexpr std::string_view everyday[] = {
    "account/chatgptAuthTokens/refresh",
    "account/login/cancel",
    "account/login/completed",
    "account/login/start",
    "account/logout",
    "account/read",
    "account/updated",
    "item/",
    "model/list",
    "model/rerouted",
    "review/start",
    "thread/archive",
    "thread/archived",
    "thread/closed",
    "thread/compact/start",
    "thread/compacted",
    "thread/delete",
    "thread/deleted",
    "thread/fork",
    "thread/goal/clear",
    "thread/goal/cleared",
    "thread/goal/get",
    "thread/goal/set",
    "thread/goal/updated",
    "thread/items/list",
    "thread/list",
    "thread/loaded/list",
    "thread/name/set",
    "thread/name/updated",
    "thread/read",
    "thread/resume",
    "thread/start",
    "thread/started",
    "thread/status/changed",
    "thread/tokenUsage/updated",
    "thread/turns/list",
    "thread/unarchive",
    "thread/unarchived",
    "thread/unsubscribe",
    "turn/",
};

bool is_everyday(std::string_view wire) {
  return std::ranges::any_of(everyday, [&](std::string_view entry) {
    return entry.ends_with('/') ? wire.starts_with(entry) : wire == entry;
  });
}

std::string first_segment(std::string_view wire) {
  return std::string(wire.substr(0, wire.find('/')));
}

/// Methods of the whole session, such as `error` and `initialize`, have no segment.
class FamilyNames {
 public:
  explicit FamilyNames(const Model& model) {
    for (const auto& method : model.methods) {
      if (method.wire.find('/') != std::string::npos) segments_.insert(first_segment(method.wire));
    }
  }
  [[nodiscard]] std::string of(const Method& method) const {
    return is_everyday(method.wire) ? everyday_family : by_segment(method);
  }
  [[nodiscard]] std::string by_segment(const Method& method) const {
    const std::string segment = first_segment(method.wire);
    if (!segments_.contains(segment)) return session_family;
    const std::string name = snake_case(segment);
    const bool ours = name == "registry" || name == "forward" || name == everyday_family ||
                      name == messages_family;  // our own headers
    return name + (ours ? "_methods" : "");
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
    if (definition.empty() || definition == any_response) return;
    if (!families_[definition].insert(family).second) return;
    for (const auto& part : parts_of(*index_.at(definition))) add(family, part);
  }

  [[nodiscard]] bool used(const std::string& definition) const {
    return families_.contains(definition);
  }

  [[nodiscard]] std::string only_family(const std::string& definition) const {
    const auto& users = families_.at(definition);
    if (users.contains(everyday_family)) return everyday_family;
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
  // From the back: containers come before their parts.
  for (const auto& definition : std::views::reverse(model.definitions)) {
    const bool message = std::holds_alternative<Message>(definition.shape);
    if (message || !users.used(definition.name)) {
      users.add(message ? messages_family : unused_family, definition.name);
    }
  }
  std::map<std::string, Family> families = {{everyday_family, {}}, {shared_family, {}}};
  for (const auto& method : model.methods) {
    auto& by_segment =
        families[names.by_segment(method)];  // its header exists, even if it is empty
    by_segment.is_partly_everyday |= is_everyday(method.wire);
    families[names.of(method)].methods.push_back(&method);
  }
  for (const auto& definition : model.definitions) {
    families[users.only_family(definition.name)].definitions.push_back(&definition);
  }
  std::vector<Family> out;
  const auto add = [&](const std::string& name, Family family, const std::string& stands_on) {
    family.name = name;
    family.stands_on = stands_on;
    out.push_back(std::move(family));
  };
  add(everyday_family, std::move(families.extract(everyday_family).mapped()), "");
  add(shared_family, std::move(families.extract(shared_family).mapped()), everyday_family);
  for (auto& [name, family] : families) add(name, std::move(family), shared_family);
  return out;
}

}  // namespace codegen
