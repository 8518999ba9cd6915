#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codex::detail {

/// The current position in a value: `items[2].city`.
class Path {
 public:
  /// Goes down a step, a key or an index, while the returned object lives. A key must live as long.
  class [[nodiscard]] Entered {
   public:
    explicit Entered(Path& path) noexcept : path_(path) {}
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;
    ~Entered() { path_.steps_.pop_back(); }

   private:
    Path& path_;
  };
  Entered enter(std::string_view key) { return push({key, 0}); }
  Entered enter(std::size_t index) { return push({{}, index}); }

  [[nodiscard]] std::size_t depth() const noexcept { return steps_.size(); }
  [[nodiscard]] std::string text() const;

 private:
  struct Step {
    std::string_view key;  // no data for an index
    std::size_t index;
  };
  Entered push(Step step) {
    steps_.push_back(step);
    return Entered(*this);
  }

  std::vector<Step> steps_;
};

}  // namespace codex::detail
