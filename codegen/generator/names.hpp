#pragma once

#include <string>
#include <string_view>

/// How names of the schema become names in C++.
namespace codegen {

/// Whether a definition of that name can be a C++ type: ASCII letters and digits, a capital first.
bool is_type_name(std::string_view name);

/// A type's name, with a trailing underscore if it would hide a declaration of the SDK.
std::string type_name(std::string name);

/// `thread/goal/set` -> `ThreadGoalSet`, `read-only` -> `ReadOnly`, `chatgptDeviceCode` ->
/// `ChatgptDeviceCode`.
std::string pascal_case(std::string_view text);

/// The same with separators written out, for names that differ only in these: `openai/form` ->
/// `OpenaiSlashForm` (besides `openaiForm` -> `OpenaiForm`).
std::string spelt_pascal_case(std::string_view text);

/// `mcpAppResourceUri` -> `mcp_app_resource_uri`, `DISABLED_BY_ADMIN` -> `disabled_by_admin`,
/// `$schema` -> `schema`. Reserved words get a trailing underscore.
std::string snake_case(std::string_view text);

/// A member's name: snake case that does not hide a member of every struct.
std::string member_name(std::string_view wire);

/// The same for a member that all arms share: it does not hide a member of every union.
std::string shared_member_name(std::string_view wire);

/// An enumerator's name: snake case that does not hide a member of every enum or union.
std::string enumerator_name(std::string_view wire);

}  // namespace codegen
