#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "law/instance.hpp"

namespace law {

/// What a test over many values found: the first cases in full, and how many there are.
class Findings {
 public:
  void note(std::string_view where, std::string_view what, const Json& value = {}) {
    if (count_++ >= shown) return;
    text_.append("\n").append(where).append(": ").append(what);
    if (value.is_null()) return;
    text_.append("\n    of ")
        .append(value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 600));
  }
  /// Fails the test when anything was noted, or nothing was tried.
  void check(std::size_t tried) const {
    MESSAGE(tried, " tried");
    CHECK(tried > 0);
    CHECK_MESSAGE(count_ == 0, count_, " of ", tried, text_);
  }

 private:
  static constexpr std::size_t shown = 12;
  std::size_t count_ = 0;
  std::string text_;
};

}  // namespace law
