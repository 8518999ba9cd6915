#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <codex/schema.hpp>

/// The tables: what an interpreter needs to read, write and describe a type.
namespace codex::detail {

enum class ShapeKind : std::uint8_t {
  boolean,
  integer,  // IntegerShape
  number,   // NumberShape
  string,
  json,
  enumeration,  // EnumShape
  object,       // ObjectShape
  list,         // ListShape
  map,          // MapShape
  optional,     // OptionalShape
  variant,      // VariantShape
};

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// A function, so that a type may contain itself.
using ShapeFunction = const Shape& (*)();

struct Shape {
  ShapeKind kind;
  std::string_view name = {};  // of a struct or an enum
};

struct IntegerShape : Shape {
  bool is_signed;
  std::int64_t least;
  std::uint64_t most;
  std::uint64_t (*get)(const void* value);  // negative ones in two's complement
  void (*set)(void* value, std::uint64_t bits);
};

struct NumberShape : Shape {
  double most;
  double (*get)(const void* value);
  void (*set)(void* value, double number);
};

struct EnumShape : Shape {
  std::size_t count;
  std::string_view (*spelling)(std::size_t index);
  std::size_t (*get)(const void* value);  // the index; `nowhere` if it is no enumerator
  void (*set)(void* value, std::size_t index);
};

/// A member of a struct.
struct Member {
  std::string_view name;  // in JSON
  std::string_view doc;
  bool may_be_absent;  // whatever its initialiser
  ShapeFunction shape;
  const void* (*at)(const void* object);
  Json (*initial)();  // what it holds in a fresh struct
  Json (*blank)();    // what a fresh value of its type holds
};

struct ObjectShape : Shape {
  std::span<const Member> members;
};

struct ListShape : Shape {
  ShapeFunction element;
  std::size_t fixed_size;                        // of a std::array; else `nowhere`
  void (*resize)(void* list, std::size_t size);  // nullptr for a std::array
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
};

struct MapShape : Shape {
  ShapeFunction element;
  void* (*insert)(void* map, std::string_view key);
  void (*each)(const void* map, void* context,
               void (*visit)(void* context, std::string_view key, const void* element));
};

struct OptionalShape : Shape {
  ShapeFunction element;
  void* (*emplace)(void* optional);
  void (*reset)(void* optional);
  const void* (*get)(const void* optional);  // nullptr when empty
};

struct VariantShape : Shape {
  std::span<const ShapeFunction> arms;
  void* (*create)();  // a value on the heap, so that several arms can be compared
  void (*destroy)(void* variant);
  void (*move)(void* to, void* from);
  void* (*emplace)(void* variant, std::size_t arm);
  std::size_t (*arm)(const void* variant);  // not below arms.size() for one without a value
  const void* (*held)(const void* variant);
};

}  // namespace codex::detail
