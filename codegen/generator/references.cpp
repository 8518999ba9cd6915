#include "references.hpp"

#include <algorithm>
#include <map>

namespace codegen {
namespace {

/// The maximum depth of schemas in schemas, through references; the runtime's have about 25. Later
/// stages recurse as deep.
constexpr std::size_t deepest = 250;

class References {
 public:
  explicit References(Bundle& bundle) : bundle_(bundle) {}

  /// How deep it nests, counted from the top, or from a part that was followed before.
  std::size_t follow(const std::string& name, Schema& schema) {
    if (const auto known = depths_.find(name); known != depths_.end()) return known->second;
    path_.push_back(name);
    const std::size_t depth = look(schema);
    path_.pop_back();
    return depths_[name] = depth;
  }

 private:
  std::size_t look(Schema& schema) {
    ++above_;
    const std::size_t depth = above_ > deepest ? above_ : 1 + look_within(schema);
    --above_;
    if (depth > deepest) {
      throw SchemaError(schema.pointer,
                        "references nest deeper than " + std::to_string(deepest) + " levels");
    }
    return depth;
  }

  std::size_t look_within(Schema& schema) {
    std::size_t depth = follow_reference(schema);
    const auto add = [&](Schema& part) { depth = std::max(depth, look(part)); };
    for (auto& property : schema.properties) add(property.schema);
    if (schema.items) add(*schema.items);
    if (schema.additional) add(*schema.additional);
    for (Schema& alternative : schema.one_of) add(alternative);
    for (Schema& part : schema.all_of) add(part);
    return depth;
  }

  std::size_t follow_reference(Schema& schema) {
    if (schema.ref.empty()) return 0;
    Schema* target = bundle_.find(schema.ref);
    const auto open = std::find(path_.begin(), path_.end(), schema.ref);
    if (target && open == path_.end()) return follow(schema.ref, *target);
    bundle_.notes.push_back(
        {schema.pointer, target ? "a cycle: " + cycle(open) : "nothing defines " + schema.ref});
    schema = any_json(schema);
    return 0;
  }

  [[nodiscard]] std::string cycle(std::vector<std::string>::const_iterator from) const {
    const std::string& first = *from;
    std::string out;
    for (; from != path_.end(); ++from) out += *from + " -> ";
    return out + first;
  }

  Bundle& bundle_;
  std::vector<std::string> path_;
  std::map<std::string, std::size_t> depths_;
  std::size_t above_ = 0;
};

}  // namespace

void break_cycles(Bundle& bundle) {
  References references(bundle);
  for (auto& [name, schema] : bundle.definitions) references.follow(name, schema);
}

}  // namespace codegen
