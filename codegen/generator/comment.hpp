#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codegen {

/// A `///` comment of Markdown, wrapped at 100 columns; nothing when there is nothing to say. No
/// text leaves it, whatever the schema's author wrote.
std::string doc_comment(const std::vector<std::string>& paragraphs, std::string_view indent);

}  // namespace codegen
