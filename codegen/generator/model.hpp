#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <codex/protocol/support/type_info.hpp>

#include "history_marks.hpp"
#include "notes.hpp"
#include "schema.hpp"

/// The meaning of the schema in C++ terms: the only input of the emitters.
namespace codegen {

using codex::protocol::detail::MethodKind;
using codex::protocol::detail::UnionStyle;

/// A C++ type as a member may have it.
struct Type {
  enum class Kind {
    boolean,
    int32,
    int64,
    uint16,
    uint32,
    uint64,
    number,
    string,
    json,
    named,     // a definition, by `name`
    list,      // of `element`
    map,       // from string to `element`
    optional,  // null or `element`
  };
  Kind kind = Kind::json;
  std::string name = {};
  std::shared_ptr<const Type> element = {};

  bool operator==(const Type& other) const {
    return kind == other.kind && name == other.name &&
           (element == other.element || (element && other.element && *element == *other.element));
  }
};

/// A type that only has a kind.
inline Type simple_type(Type::Kind kind) { return {.kind = kind}; }

/// The definition of that name.
inline Type named_type(std::string name) {
  return {.kind = Type::Kind::named, .name = std::move(name)};
}

/// How a member may be missing.
enum class Presence {
  required,           // T
  required_nullable,  // std::optional<T>, written as null
  optional,           // std::optional<T>, left out
  optional_nullable,  // codex::Optional<T>
  defaulted,          // codex::Defaulted<T>
};

struct Member {
  std::string wire;
  std::string name;
  Type type;  // without the wrapper for its presence
  Presence presence = Presence::required;
  std::optional<Json> default_value = {};
  std::string doc = {};
  bool experimental = false;
  std::string pointer = {};  // its place in the schema, for errors
  HistoryMark history = {};
};

struct Struct {
  std::vector<Member> members;  // required ones first, else in the schema's order
  bool closed = false;          // additionalProperties: false
  bool open = false;            // additionalProperties: true
  // Its name within a union, as in detail::ObjectInfo.
  std::string tag = {};
  std::string tag_value = {};
  std::string wrapper = {};
};

struct Enumerator {
  std::string wire;
  std::string name;
  std::string doc = {};
  bool experimental = false;
  HistoryMark history = {};
};

struct Enum {
  std::vector<Enumerator> values;
};

struct Arm {
  std::string wire;  // tagged: the tag's value; external: the key, empty for the strings
  Type type;
  HistoryMark history = {};
};

struct Union {
  UnionStyle style = UnionStyle::tagged;
  std::string tag = {};
  std::vector<Arm> arms = {};
  std::vector<Member> shared = {};
};

struct Alias {
  Type target;
};

/// A message envelope: one of many methods, and members besides method and params.
struct Message {
  MethodKind kind;
  std::vector<Member> members;
};

struct Definition {
  std::string name;
  std::string doc;
  bool experimental = false;
  /// Whether its name comes from the schema, not from us.
  bool in_schema = true;
  std::string pointer = {};  // its place in the schema, for errors
  std::variant<Struct, Enum, Union, Alias, Message> shape = Struct{};
  HistoryMark history = {};
};

struct Method {
  std::string wire;
  std::string name;  // PascalCase
  MethodKind kind;
  std::string params;  // a definition; empty: none
  bool params_required = false;
  std::string response;  // a definition, or `any_response`; empty for notifications
  std::string doc;
  bool experimental = false;
  HistoryMark history = {};
};

/// The response of a method whose response type is unknown.
inline constexpr const char* any_response = "Json";

/// The whole protocol, in an order in which each definition comes after its parts.
struct Model {
  std::string runtime_version;      // whose schema it is
  std::string pinned_version = {};  // of the target runtime, which may be older
  std::vector<Definition> definitions;
  std::vector<Method> methods;
  Notes notes;                             // where the types lose something that the schema says
  std::vector<std::string> versions = {};  // compared by the history, oldest first

  [[nodiscard]] const Definition* find(std::string_view name) const {
    for (const auto& definition : definitions) {
      if (definition.name == name) return &definition;
    }
    return nullptr;
  }
  [[nodiscard]] Definition* find(std::string_view name) {
    return const_cast<Definition*>(std::as_const(*this).find(name));
  }
};

}  // namespace codegen
