#include "direction.hpp"

#include "methods.hpp"
#include "schema_parts.hpp"

namespace codegen {
namespace {

using Names = std::set<std::string>;

/// The parts of a definition, each visited once.
class Reach {
 public:
  explicit Reach(const Definitions& definitions) : definitions_(definitions) {}

  void add(Names& out, const std::string& name) {
    if (!definitions_.find(name) || !out.insert(name).second) return;
    for (const auto& part : parts(name)) add(out, part);
  }

  const Names& parts(const std::string& name) {
    const auto [known, fresh] = parts_.try_emplace(name);
    if (fresh) add_references(known->second, *definitions_.find(name));
    return known->second;
  }

 private:
  const Definitions& definitions_;
  std::map<std::string, Names> parts_;
};

bool is_written_envelope(std::string_view name) {
  const auto kind = message_kind(name);
  return kind == MethodKind::request || kind == MethodKind::client_notification;
}

/// The response by responses.json or by the params' name; empty if neither tells.
std::string answer_of(const Part& method, const Responses& responses) {
  const auto listed = responses.find(method.name);
  if (listed != responses.end()) return listed->second;
  constexpr std::string_view suffix = "Params";
  const Json* params = find_part(*method.schema, ".params");
  std::string name = params ? reference_of(core_of(*params)) : "";
  if (!name.ends_with(suffix)) return "";
  return name.replace(name.size() - suffix.size(), suffix.size(), "Response");
}

Names written_roots(const Definitions& definitions, const Responses& responses, Reach& reach) {
  Names roots;
  for (const auto& [name, places] : definitions.all()) {
    if (is_written_envelope(name)) roots.insert(reach.parts(name).begin(), reach.parts(name).end());
    if (message_kind(name) != MethodKind::server_request) continue;
    for (const auto& method : arms_of(core_of(*places.front()))) {
      roots.insert(answer_of(method, responses));
    }
  }
  return roots;
}

}  // namespace

Direction direction_of(const Definitions& definitions, const Responses& responses) {
  Reach reach(definitions);
  Direction out;
  for (const auto& root : written_roots(definitions, responses, reach)) {
    reach.add(out.written, root);
  }
  for (const auto& [name, places] : definitions.all()) {
    if (!out.written.contains(name) && !is_written_envelope(name)) reach.add(out.read, name);
  }
  return out;
}

}  // namespace codegen
