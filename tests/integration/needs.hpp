#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "runtime/runtime_version.hpp"

namespace codex::testing {

/// For a test that the runtime under test is too old for, if the SDK would refuse nothing: `if
/// (lacks(codex, "0.134.0", "goals that end with a failed turn")) return;`. tools/skew counts such
/// a test as unsupported.
template <class Client>
bool lacks(Client& codex, std::string_view since, std::string_view what) {
  const auto runtime = codex::detail::RuntimeVersion::parse(codex.metadata().runtime_version);
  const auto needed = codex::detail::RuntimeVersion::parse(since);
  if (!runtime || !needed || runtime->is_at_least(needed->numbers)) return false;
  MESSAGE("needs ", std::string(what), " (runtime ", std::string(since),
          "), which this runtime lacks");
  return true;
}

}  // namespace codex::testing
