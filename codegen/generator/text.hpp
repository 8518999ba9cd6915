#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model.hpp"

/// Pieces of C++ text that several emitters write.
namespace codegen {

/// The first line of each generated file.
std::string banner(const Model& model);

/// No line of the output is longer.
inline constexpr std::size_t columns = 100;

/// In characters, not bytes.
std::size_t width(std::string_view text);

/// The text with lines of code over 100 columns broken at blanks.
std::string fold_long_lines(const std::string& text);

/// A string literal.
std::string literal(std::string_view text);

/// JSON in one line of printable ASCII.
std::string json_text(const Json& json);

/// `function(a, b)`, on several lines where it would pass 100 columns from that indentation on.
std::string call(const std::string& function, const std::vector<std::string>& arguments,
                 std::size_t indentation);

/// A type, and a member's type with what its presence adds.
std::string cpp_type(const Type& type);
std::string cpp_type(const Member& member);

/// Where the methods of a kind are declared.
std::string_view method_namespace(MethodKind kind);

/// `TurnStatus` -> `turn_status`, for the names of local tables.
std::string local_name(std::string_view type_name);

}  // namespace codegen
