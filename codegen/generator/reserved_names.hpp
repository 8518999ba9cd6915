#pragma once

#include <string_view>

/// Names that no generated C++ may have as they are.
namespace codegen {

/// Words of the language and of its dialects, and macros in lower case of the standard library, of
/// operating systems and of compilers that predefine some.
bool is_reserved_word(std::string_view name);

/// Types that the support library and the tables declare, and macros of the kind that types could
/// be called.
bool is_reserved_type(std::string_view name);

}  // namespace codegen
