#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/json.hpp>

#include "law/history.hpp"

/// The protocol according to its JSON Schema, read independently: nothing here knows the generator
/// or its tables, so that it can check them.
namespace law {

using codex::Json;

enum class Shape {
  nothing,  // null alone
  any,
  boolean,
  integer,
  number,
  string,
  enumeration,
  list,
  map,
  object,
  tagged,        // objects told apart by the one value of a member
  external,      // strings, and objects of a single key
  alternatives,  // told apart by their looks
};

struct Node;

/// A schema where it is used.
struct Use {
  const Node* node = nullptr;
  bool nullable = false;
};

struct Member {
  std::string name;
  Use use;
  bool required = false;
  Json standard = {};  // the default; null where there is none
};

struct Arm {
  std::string key;  // tagged: the tag's value; external: the key, empty for strings
  Use use;
  bool alone = false;  // external: the arm is the object under the key, and none stands beside it
};

struct Node {
  Shape shape = Shape::any;
  std::string format = {};
  bool non_empty = false;                        // of strings
  std::vector<std::string> values = {};          // of an enumeration
  Use element = {};                              // of lists and maps
  std::vector<Member> members = {};              // of objects; of tagged: those that all arms share
  std::vector<std::vector<Member>> groups = {};  // of objects: the members of one of them, too
  bool open = false;                             // of objects: other members are foreseen
  std::string tag = {};
  std::vector<Arm> arms = {};

  /// An envelope: a method, and params that go with it.
  [[nodiscard]] bool is_message() const { return shape == Shape::tagged && tag == "method"; }
};

/// Whether the shape has values of that JSON type.
bool accepts(const Node& node, const Json& value);

/// The experimental bundle of a folder with the layout of `schema/`, with the `v2` namespace
/// flattened, its corrections applied and the messages of older runtimes allowed.
class Schemas {
 public:
  explicit Schemas(const std::string& folder);
  /// Definitions that are taken as they are.
  explicit Schemas(Definitions definitions);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] Use find(std::string_view name) const;

  /// Whether the schema names it.
  [[nodiscard]] bool is_definition(const Node& node) const { return named_.contains(&node); }

  /// The experimental bundle of this repository.
  static const Schemas& experimental();

 private:
  Use read(const Json& schema, bool is_definition = false);
  Use read_alternatives(const Json& schema);
  Use read_typed(const Json& schema, bool is_definition);
  Use definition(const std::string& name);
  void read_members(const Json& schema, std::vector<Member>& members, std::string_view but = {});
  Use add(Node node, bool nullable = false);

  Definitions json_;
  std::vector<std::string> names_;
  std::map<std::string, Use, std::less<>> definitions_;
  std::set<const Node*> named_;
  std::deque<Node> nodes_;
};

/// The definitions of a bundle, with the `v2` namespace flattened and corrected.
Definitions read_definitions(const std::string& bundle, const std::string& corrections);

}  // namespace law
