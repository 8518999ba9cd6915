#pragma once

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

#include "verdict.hpp"

namespace codex::wire {

/// Counts messages by method, and unknown parts by place. Names beyond the first 2,000 share one
/// row, so that memory does not grow with a file full of nonsense.
class Tally {
 public:
  /// The key of a row; `from` and `kind` in words.
  struct Subject {
    std::string_view from;
    std::string_view kind;
    std::string method;

    auto operator<=>(const Subject&) const = default;
  };

  /// `where` is FILE:LINE.
  void add(Subject subject, const Verdict& verdict, const std::string& where);

  [[nodiscard]] bool lossless() const noexcept { return total_.lost == 0; }

  void write(std::ostream& out) const;

 private:
  struct Row {
    std::uint64_t count = 0;
    std::uint64_t lost = 0;
    std::uint64_t misfit = 0;
    std::uint64_t unknown = 0;

    void add(const Verdict& verdict);
  };
  struct Place {
    std::string method;
    std::string path;
    std::string what;

    auto operator<=>(const Place&) const = default;
  };
  struct Finding {
    std::uint64_t count = 0;
    std::string first;
  };

  static void write(std::ostream& out, const Row& row);
  void write_unknown(std::ostream& out) const;

  std::map<Subject, Row> rows_;
  std::map<Place, Finding> unknown_;
  Row total_;
};

}  // namespace codex::wire
