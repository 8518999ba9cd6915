#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "law/findings.hpp"
#include "law/instance.hpp"

namespace law {

/// The expected result for a broken value: an error with that path and problem (its start), or a
/// value that keeps the law, with a raw part there.
struct Expected {
  std::optional<std::string> error_at = {};
  std::string problem = {};
  std::optional<std::string> raw_at = {};
};

/// The expected result for an instance whose value at the place does not fit: the error, or what is
/// kept raw instead, the innermost optional member or arm of a union around it.
Expected misfit(const Instance& instance, std::size_t place, Expected error);

/// The expected result for an instance with `value` at the place.
Expected expectation(const Instance& instance, std::size_t place, const Json& value);

/// Decodes by text and by tree and records deviations.
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
