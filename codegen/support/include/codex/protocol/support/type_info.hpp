#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The field tables: what an interpreter needs to decode, encode, compare and inspect a type.
/// Generated code fills them in, with the helpers of `tables.hpp`.
namespace codex::protocol::detail {

enum class Kind : std::uint8_t {
  boolean,
  int32,
  int64,
  uint16,
  uint32,
  uint64,
  number,
  string,
  json,
  enumeration,  // EnumInfo
  object,       // ObjectInfo
  union_,       // UnionInfo
  message,      // MessageInfo
  list,         // ListInfo
  map,          // MapInfo
  optional,     // OptionalInfo: std::optional, empty is null
  nullable,     // NullableInfo: codex::Optional
  defaulted,    // DefaultedInfo: codex::Defaulted
};

struct TypeInfo {
  Kind kind;
  std::string_view name;  // of the C++ type; empty for types without a name in the schema
  // How to create and destroy a value in storage of this size, for types that the schema names.
  std::size_t bytes = 0;
  void (*construct)(void*) = nullptr;
  void (*destroy)(void*) = nullptr;
  void (*reset)(void*) = nullptr;  // to a fresh value, if decoding does not overwrite all of it
};

struct EnumInfo : TypeInfo {
  std::span<const std::string_view> names;  // by enumerator
};

struct Field {
  std::string_view name;  // on the wire
  std::uint32_t offset;
  bool required;
  const TypeInfo* type;
};

/// A name as little-endian words, which the decoder can load at once.
constexpr std::uint64_t name_word(std::string_view name) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < name.size() && i < 8; ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
  }
  return word;
}
/// `first` is the word of the first eight bytes, `last` that of the last eight (the same as `first`
/// for a name of eight bytes or fewer). The high bits are the best.
constexpr std::uint64_t name_hash(std::uint64_t first, std::uint64_t last,
                                  std::size_t length) noexcept {
  return (first ^ (last * 0x9e3779b97f4a7c15ULL) ^ (length << 56)) * 0xff51afd7ed558ccdULL;
}
constexpr std::uint64_t name_hash(std::string_view name) noexcept {
  const std::uint64_t first = name_word(name);
  const std::uint64_t last = name.size() <= 8 ? first : name_word(name.substr(name.size() - 8));
  return name_hash(first, last, name.size());
}

/// Maps names to their indices in a table: open addressing, linear probing. Not used for too many
/// names; these are searched one by one.
template <unsigned bits>
struct NameSlots {
  static constexpr std::size_t count = std::size_t{1} << bits;
  static constexpr std::size_t max_names = count < 256 ? count - 8 : 254;
  static constexpr std::uint8_t none = 0xff;

  bool used = false;
  std::array<std::uint8_t, count> places = {};

  static constexpr std::size_t first(std::uint64_t hash) noexcept {
    return static_cast<std::size_t>(hash >> (64 - bits));
  }
  static constexpr std::size_t next(std::size_t slot) noexcept { return (slot + 1) % count; }

  template <class Entry>
  static constexpr NameSlots of(std::span<const Entry> entries, std::string_view Entry::*name) {
    NameSlots found;
    found.places.fill(none);
    found.used = entries.size() <= max_names;
    if (!found.used) return found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::size_t slot = first(name_hash(entries[i].*name));
      while (found.places[slot] != none) slot = next(slot);
      found.places[slot] = static_cast<std::uint8_t>(i);
    }
    return found;
  }
};

/// What the schema says about members that it does not name (`additionalProperties`). They are
/// always kept.
enum class OtherMembers : std::uint8_t {
  unforeseen,  // nothing; a newer runtime may add some
  open,        // any are allowed
  closed,      // none are allowed
};

/// A struct. For the arms of unions, the tag members give its name in the union: `tag`/`tag_value`
/// is a member that the struct itself does not have (`"type": "text"`), `wrapper` the single key of
/// the object around it (`{"granular": {...}}`).
struct ObjectInfo : TypeInfo {
  static constexpr std::size_t max_fields = 254;
  using FieldSet = std::array<std::uint64_t, 4>;  // a bit for each field

  std::span<const Field> fields;
  std::uint32_t extra_offset = 0;
  OtherMembers others = OtherMembers::unforeseen;
  std::string_view tag = {};
  std::string_view tag_value = {};
  std::string_view wrapper = {};
  FieldSet required = required_of(fields);
  NameSlots<6> by_name = NameSlots<6>::of(fields, &Field::name);

  static constexpr FieldSet required_of(std::span<const Field> fields) {
    FieldSet out = {};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].required) out[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    return out;
  }
};

/// How a union tells its arms apart.
enum class UnionStyle : std::uint8_t {
  tagged,    // by the value of the member `tag`; each arm is an ObjectInfo with that tag
  external,  // a string, or an object whose single key names the arm
  shape,     // by the JSON type, and among objects by their members
};

struct UnionArm {
  std::string_view name;  // tagged: the tag's value; external: the key, empty for the string arm
  const TypeInfo* type;
};

/// Destroys, copies and moves an arm in the storage of its union. Moving destroys the source.
struct ArmOps {
  void (*destroy)(void* storage) noexcept;
  void (*copy)(void* to, const void* from);
  void (*move)(void* to, void* from) noexcept;
};

/// What a union holds: which arm, and its address.
struct Held {
  std::size_t arm;
  const void* value;
};

/// A union. The index of `Unknown` is `arms.size()`.
struct UnionInfo : TypeInfo {
  UnionStyle style = UnionStyle::tagged;
  std::string_view tag = {};
  std::span<const UnionArm> arms = {};
  const Field* shared = nullptr;  // members of every arm that live on the union itself
  std::size_t shared_count = 0;
  void* (*emplace)(void* value, std::size_t arm) = nullptr;
  Held (*held)(const void* value) = nullptr;
  const ArmOps* ops = nullptr;  // by index, that of `Unknown` too
  NameSlots<6> by_name = NameSlots<6>::of(arms, &UnionArm::name);
};

struct ListInfo : TypeInfo {
  const TypeInfo* element;
  std::size_t element_size;
  void* (*resize)(void* list, std::size_t size);  // to that many elements; returns the first
  const void* (*data)(const void* list);
  std::size_t (*size)(const void* list);
};

struct MapInfo : TypeInfo {
  const TypeInfo* element;
  void* (*insert)(void* map, std::string_view key);  // a fresh element, replacing any earlier one
  std::size_t (*size)(const void* map);
  const void* (*find)(const void* map, std::string_view key);
  void (*each)(const void* map, void* context,
               void (*visit)(void* context, std::string_view key, const void* element));
};

struct OptionalInfo : TypeInfo {
  const TypeInfo* element;
  void* (*emplace)(void* optional);
  const void* (*get)(const void* optional);  // nullptr when empty
};

struct NullableInfo : OptionalInfo {
  void (*set_null)(void* optional);
  bool (*is_null)(const void* optional);
};

struct DefaultedInfo : TypeInfo {
  const TypeInfo* element;
  void* (*assign)(void* value);  // a fresh element that counts as set
  const void* (*get)(const void* value);
  bool (*is_set)(const void* value);
  void (*copy)(void* to, const void* from);
};

/// The direction of a method.
enum class MethodKind : std::uint8_t {
  request,
  notification,
  server_request,
  client_notification,
};

/// A method of the protocol, for tools that look methods up by name.
struct MethodInfo {
  std::string_view method;
  MethodKind kind;
  const TypeInfo* params;    // nullptr: none
  const TypeInfo* response;  // nullptr: none (notifications)
  bool params_required;
  bool experimental;
  std::string_view header = {};  // that declares its type: codex/protocol/thread.hpp
};

/// A message envelope: `MethodMessage` plus its own members (`id`, `emittedAtMs`).
struct MessageInfo : ObjectInfo {
  std::span<const MethodInfo> methods;
  NameSlots<9> method_slots = NameSlots<9>::of(methods, &MethodInfo::method);
};

}  // namespace codex::protocol::detail
