#include "reserved_names.hpp"

#include <algorithm>
#include <set>

namespace codegen {
namespace {

using Names = std::set<std::string_view>;

const Names& words() {
  // clang-format off
  static const Names names = {
      // Keywords of C++, up to C++26 and with GNU's dialect.
      "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break",
      "case", "catch", "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return",
      "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit",
      "continue", "contract_assert", "decltype", "default", "delete", "do", "double",
      "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for",
      "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept",
      "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
      "register", "reinterpret_cast", "requires", "return", "short", "signed", "sizeof", "static",
      "static_assert", "static_cast", "struct", "switch", "synchronized", "template", "this",
      "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof",
      "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t",
      "while", "xor", "xor_eq",
      // Macros of the C and C++ standard libraries.
      "assert", "complex", "errno", "imaginary", "noreturn", "offsetof", "setjmp", "stderr",
      "stdin", "stdout", "va_arg", "va_copy", "va_end", "va_start",
      // Macros of POSIX and its systems.
      "environ", "htonl", "htons", "major", "makedev", "minor", "ntohl", "ntohs", "s_addr",
      "sa_handler", "sa_sigaction", "st_atime", "st_ctime", "st_mtime",
      // Macros of windows.h.
      "cdecl", "far", "huge", "hyper", "interface", "max", "min", "near", "pascal", "small",
      "stdcall",
      // Macros of Qt.
      "emit", "foreach", "forever", "signals", "slots",
      // Macros that compilers predefine: the names of systems and machines.
      "hppa", "i386", "linux", "m68k", "mips", "sparc", "sun", "unix", "vax"};
  // clang-format on
  return names;
}

const Names& types() {
  // clang-format off
  static const Names names = {
      // Declared in `codex::protocol` and `codex::protocol::detail`, the vocabulary of the tables.
      "ArmName", "ArmOps", "ByDefault", "CodexError", "DecodeError", "Defaulted", "DefaultedInfo",
      "Described", "EnumAccess", "EnumInfo", "Extra", "Field", "HasList", "Held", "Json", "Kind",
      "Lifetime", "ListByMembers", "ListFor", "ListInfo", "ListText", "MapInfo", "MessageAccess", "MessageInfo",
      "MethodHistory", "MethodInfo", "MethodKind", "MethodMessage", "NameSlots", "NoList",
      "NoParams", "Notification", "Null", "NullableInfo", "ObjectInfo", "OneOf", "OpenEnum", "OpenEnumBase",
      "Optional", "OptionalInfo", "OptionalSlot", "OtherMembers", "Overloaded", "PartHistory",
      "PlainOperand", "Presence", "Room", "RoomOf", "Scalar", "TypeHistory", "TypeInfo", "TypeOf",
      "Union", "UnionArm", "UnionInfo", "UnionOps", "UnionStyle", "Unknown", "UnknownPart",
      // Macros of the tables.
      "FIELD", "OPTIONAL", "REQUIRED",
      // Macros of the C and C++ standard libraries, except those of <cerrno> and <csignal>.
      "BUFSIZ", "DOMAIN", "EOF", "HUGE", "I", "INFINITY", "NAN", "NDEBUG", "NULL", "OVERFLOW",
      "PLOSS", "SING", "TLOSS", "UNDERFLOW",
      // Macros of POSIX and its systems.
      "BSD", "FALSE", "MAX", "MAXINT", "MIN", "NSIG", "PAGESIZE", "TRUE",
      // Macros of windows.h.
      "ABSOLUTE", "ALTERNATE", "APIENTRY", "BOOL", "CALLBACK", "CDECL", "CONST", "CopyFile",
      "CreateDirectory", "CreateEvent", "CreateFile", "CreateMutex", "CreateProcess",
      "CreateService", "CreateWindow", "DELETE", "DIFFERENCE", "DeleteFile", "DeleteService",
      "DrawText", "ERROR", "FAR", "FindText", "GetClassName", "GetCommandLine",
      "GetCurrentDirectory", "GetCurrentTime", "GetEnvironmentStrings", "GetFileAttributes",
      "GetJob", "GetMessage", "GetObject", "GetUserName", "IGNORE", "IN", "INFINITE", "INT",
      "INTERFACE", "LoadImage", "LoadLibrary", "MOUSE", "MoveFile", "NEAR", "NOERROR", "OPAQUE",
      "OUT", "OpenEvent", "PASCAL", "PlaySound", "PostMessage", "RELATIVE", "RegisterClass",
      "RemoveDirectory", "ReplaceFile", "ReplaceText", "ReportEvent", "STRICT", "SearchPath",
      "SendMessage", "SetCurrentDirectory", "SetEnvironmentVariable", "StartService", "TEXT",
      "THIS", "TRANSPARENT", "UNICODE", "VOID", "WINAPI", "Yield",
      // Macros of X11.
      "Always", "Bool", "Complex", "CurrentTime", "False", "None", "Status", "Success", "True",
      "Unsorted"};
  // clang-format on
  return names;
}

/// `EAGAIN` of <cerrno>, `SIGINT` of <csignal>, `INTMAX`: systems add some of their own.
bool looks_like_macro(std::string_view name) {
  const bool capitals =
      std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return capitals && name.size() > 2 &&
         (name.starts_with('E') || name.starts_with("SIG") || name.ends_with("MAX") ||
          name.ends_with("MIN"));
}

}  // namespace

bool is_reserved_word(std::string_view name) { return words().contains(name); }

bool is_reserved_type(std::string_view name) {
  return types().contains(name) || looks_like_macro(name);
}

}  // namespace codegen
