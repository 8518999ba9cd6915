#include "references.hpp"

#include <algorithm>

namespace codegen {
namespace {

class References {
 public:
  explicit References(const Bundle& bundle) : bundle_(bundle) {}

  void follow(const std::string& name, const Schema& schema) {
    if (done_.contains(name)) return;
    path_.push_back(name);
    look(schema);
    path_.pop_back();
    done_.insert(name);
  }

 private:
  void look(const Schema& schema) {
    if (!schema.ref.empty()) {
      const Schema* target = bundle_.find(schema.ref);
      if (!target) throw SchemaError(schema.pointer, "nothing defines " + schema.ref);
      const auto open = std::find(path_.begin(), path_.end(), schema.ref);
      if (open != path_.end()) throw SchemaError(schema.pointer, "a cycle: " + cycle(open));
      follow(schema.ref, *target);
    }
    for (const auto& property : schema.properties) look(property.schema);
    if (schema.items) look(*schema.items);
    if (schema.additional) look(*schema.additional);
    for (const Schema& alternative : schema.one_of) look(alternative);
    for (const Schema& part : schema.all_of) look(part);
  }

  [[nodiscard]] std::string cycle(std::vector<std::string>::const_iterator from) const {
    const std::string& first = *from;
    std::string out;
    for (; from != path_.end(); ++from) out += *from + " -> ";
    return out + first;
  }

  const Bundle& bundle_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
};

}  // namespace

void check_references(const Bundle& bundle) {
  References references(bundle);
  for (const auto& [name, schema] : bundle.definitions) references.follow(name, schema);
}

}  // namespace codegen
