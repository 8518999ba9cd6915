#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "law/findings.hpp"
#include "law/instance.hpp"

namespace law {

/// What must become of a value that was broken: an error with that path and problem (the start of
/// it), or a value that keeps the law, with a part that stays raw there.
struct Expected {
  std::optional<std::string> error_at = {};
  std::string problem = {};
  std::optional<std::string> raw_at = {};
};

/// What must become of an instance when what stands at the place does not fit: the error, or what
/// is kept raw instead, the innermost optional member or arm of a union around it.
Expected misfit(const Instance& instance, std::size_t place, Expected error);

/// What must become of an instance when `value` stands at the place.
Expected expectation(const Instance& instance, std::size_t place, const Json& value);

/// Decodes by text and by tree and notes what is not as expected.
void expect(Findings& findings, const std::string& name, const Json& value,
            const Expected& expected);

/// The text must be an error. Without a path or problem any will do.
void expect_error(Findings& findings, const std::string& name, std::string_view text,
                  const std::optional<std::string>& path, std::string_view problem);
void expect_error_of_tree(Findings& findings, const std::string& name, const Json& json);

/// The text must decode and keep the law; or else, if it may, be an error.
void expect_law(Findings& findings, const std::string& name, std::string_view text,
                bool may_fail = false);

}  // namespace law
