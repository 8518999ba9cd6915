#pragma once

#include <string_view>

/// Names that generated C++ may not use unchanged.
namespace codegen {

/// Keywords of the language and its dialects, and lower-case macros of the standard library, of
/// operating systems and of compilers.
bool is_reserved_word(std::string_view name);

/// Types that the support library and the tables declare, and macros that look like type names.
bool is_reserved_type(std::string_view name);

}  // namespace codegen
