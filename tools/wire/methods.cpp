#include <iostream>
#include <string_view>

#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/no_params.hpp>

#include "commands.hpp"

namespace codex::wire {
namespace {

using protocol::MethodKind;
using protocol::TypeInfo;

std::string_view name_of(MethodKind kind) {
  switch (kind) {
    case MethodKind::request:
      return "request";
    case MethodKind::notification:
      return "notification";
    case MethodKind::server_request:
      return "server_request";
    case MethodKind::client_notification:
      return "client_notification";
  }
  return "";
}

std::string_view name_of(const TypeInfo* type) {
  return !type || type == &protocol::NoParams::type_info ? "-" : type->name;
}

}  // namespace

int methods() {
  for (const MethodKind kind : {MethodKind::request, MethodKind::notification,
                                MethodKind::server_request, MethodKind::client_notification}) {
    for (const auto& method : protocol::methods(kind)) {
      std::cout << name_of(kind) << '\t' << method.method << '\t' << name_of(method.params) << '\t'
                << name_of(method.response) << '\t'
                << (method.experimental ? "experimental" : "stable") << "\t<" << method.header
                << ">\n";
    }
  }
  return 0;
}

}  // namespace codex::wire
