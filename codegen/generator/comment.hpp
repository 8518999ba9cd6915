#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codegen {

/// A `///` comment from Markdown, wrapped at 100 columns; empty for empty text. No text escapes
/// from the comment, whatever the schema's author wrote.
std::string doc_comment(const std::vector<std::string>& paragraphs, std::string_view indent);

}  // namespace codegen
