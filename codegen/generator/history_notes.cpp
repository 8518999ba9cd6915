#include "history_notes.hpp"

#include "order.hpp"
#include "text.hpp"

namespace codegen {
namespace {

void add_sentence(std::string& out, const std::string& words, const std::string& version) {
  if (version.empty()) return;
  out += (out.empty() ? "" : " ") + words + " " + version + ".";
}

class Needed {
 public:
  explicit Needed(const Model& model) {
    for (const auto& definition : model.definitions) index_.emplace(definition.name, &definition);
  }

  void add(const std::string& name) {
    const auto definition = index_.find(name);
    if (definition == index_.end() || !names_.insert(name).second) return;
    for (const auto& part : parts_of(*definition->second)) add(part);
  }

  std::set<std::string> names() && { return std::move(names_); }

 private:
  std::map<std::string, const Definition*> index_;
  std::set<std::string> names_;
};

}  // namespace

std::string history_note(const HistoryMark& history) {
  std::string out;
  add_sentence(out, "Since", history.since);
  add_sentence(out, "Until", history.until);
  add_sentence(out, "Required by runtimes up to", history.required_until);
  add_sentence(out, "Not null for runtimes up to", history.not_null_until);
  return out;
}

std::string deprecation(const HistoryMark& history, const std::string& separator) {
  if (history.until.empty()) return "";
  return "[[deprecated(" + literal("Until " + history.until + ".") + ")]]" + separator;
}

std::set<std::string> types_never_deprecated(const Model& model) {
  Needed needed(model);
  for (const auto& method : model.methods) {
    if (method.kind != MethodKind::server_request) continue;
    needed.add(method.params);
    needed.add(method.response);
  }
  for (const auto& definition : model.definitions) {
    const auto* choice = std::get_if<Union>(&definition.shape);
    if (!choice) continue;
    for (const auto& arm : choice->arms) needed.add(arm.type.name);
  }
  return std::move(needed).names();
}

}  // namespace codegen
