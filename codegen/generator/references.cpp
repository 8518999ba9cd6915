#include "references.hpp"

#include <algorithm>
#include <map>

namespace codegen {
namespace {

/// Schemas in schemas, through references; the runtime's are some 25. What is made of them recurses
/// as deep.
constexpr std::size_t deepest = 250;

class References {
 public:
  explicit References(const Bundle& bundle) : bundle_(bundle) {}

  /// How deep it nests. Seen from the top, or from below where a part of it was followed before.
  std::size_t follow(const std::string& name, const Schema& schema) {
    if (const auto known = depths_.find(name); known != depths_.end()) return known->second;
    path_.push_back(name);
    const std::size_t depth = look(schema);
    path_.pop_back();
    return depths_[name] = depth;
  }

 private:
  std::size_t look(const Schema& schema) {
    ++above_;
    const std::size_t depth = above_ > deepest ? above_ : 1 + look_within(schema);
    --above_;
    if (depth > deepest) {
      throw SchemaError(schema.pointer,
                        "references nest deeper than " + std::to_string(deepest) + " levels");
    }
    return depth;
  }

  std::size_t look_within(const Schema& schema) {
    std::size_t depth = follow_reference(schema);
    const auto add = [&](const Schema& part) { depth = std::max(depth, look(part)); };
    for (const auto& property : schema.properties) add(property.schema);
    if (schema.items) add(*schema.items);
    if (schema.additional) add(*schema.additional);
    for (const Schema& alternative : schema.one_of) add(alternative);
    for (const Schema& part : schema.all_of) add(part);
    return depth;
  }

  std::size_t follow_reference(const Schema& schema) {
    if (schema.ref.empty()) return 0;
    const Schema* target = bundle_.find(schema.ref);
    if (!target) throw SchemaError(schema.pointer, "nothing defines " + schema.ref);
    const auto open = std::find(path_.begin(), path_.end(), schema.ref);
    if (open != path_.end()) throw SchemaError(schema.pointer, "a cycle: " + cycle(open));
    return follow(schema.ref, *target);
  }

  [[nodiscard]] std::string cycle(std::vector<std::string>::const_iterator from) const {
    const std::string& first = *from;
    std::string out;
    for (; from != path_.end(); ++from) out += *from + " -> ";
    return out + first;
  }

  const Bundle& bundle_;
  std::vector<std::string> path_;
  std::map<std::string, std::size_t> depths_;
  std::size_t above_ = 0;
};

}  // namespace

void check_references(const Bundle& bundle) {
  References references(bundle);
  for (const auto& [name, schema] : bundle.definitions) references.follow(name, schema);
}

}  // namespace codegen
