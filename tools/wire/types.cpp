#include <algorithm>
#include <iostream>
#include <string_view>

#include <codex/protocol/registry.hpp>

#include "commands.hpp"

namespace codex::wire {
namespace {

using protocol::detail::Kind;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::object:
      return "struct";
    case Kind::enumeration:
      return "enum";
    case Kind::union_:
      return "union";
    case Kind::message:
      return "message";
    case Kind::boolean:
    case Kind::int32:
    case Kind::int64:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
    case Kind::number:
    case Kind::string:
    case Kind::json:
    case Kind::list:
    case Kind::map:
    case Kind::optional:
    case Kind::nullable:
    case Kind::defaulted:
      break;
  }
  return "alias";  // of a type that C++ has a name for
}

}  // namespace

int types() {
  const auto experimental = protocol::experimental_types();
  for (const auto* type : protocol::types()) {
    const bool is_experimental = std::ranges::binary_search(experimental, type->name);
    std::cout << type->name << '\t' << name_of(type->kind) << '\t'
              << (is_experimental ? "experimental" : "stable") << '\n';
  }
  return 0;
}

}  // namespace codex::wire
