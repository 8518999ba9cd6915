#pragma once

#include <string>
#include <string_view>

/// How names of the schema become names in C++.
namespace codegen {

/// `thread/goal/set` -> `ThreadGoalSet`, `read-only` -> `ReadOnly`, `chatgptDeviceCode` ->
/// `ChatgptDeviceCode`.
std::string pascal_case(std::string_view text);

/// The same with separators spelt out, where two names differ in nothing else: `openai/form` ->
/// `OpenaiSlashForm` (beside `openaiForm` -> `OpenaiForm`).
std::string spelt_pascal_case(std::string_view text);

/// `mcpAppResourceUri` -> `mcp_app_resource_uri`, `DISABLED_BY_ADMIN` -> `disabled_by_admin`,
/// `$schema` -> `schema`. Words of the language get a trailing underscore.
std::string snake_case(std::string_view text);

/// A member's name: snake case that does not hide what every struct has.
std::string member_name(std::string_view wire);

/// An enumerator's name: snake case that does not hide what every enum and union has.
std::string enumerator_name(std::string_view wire);

}  // namespace codegen
