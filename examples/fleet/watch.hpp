#pragma once

#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>

#include "queue.hpp"

namespace fleet {

/// What `fleet watch` shows: a line for each job that ends, and below them, on a terminal, a bar.
class Watch {
 public:
  Watch(std::ostream& out, std::size_t least_jobs, bool is_terminal);

  /// False when all jobs have their result.
  bool see(const Logged& message);
  [[nodiscard]] bool all_are_done() const { return not_done_ == 0; }
  /// [=====     ] 5/10, 3 running
  [[nodiscard]] std::string bar() const;

 private:
  void see_result(const Result& result);
  void print(const std::string& line);
  void draw();
  [[nodiscard]] std::size_t total() const;

  std::ostream& out_;
  const std::size_t least_jobs_;
  const bool is_terminal_;
  std::map<std::string, Progress> open_;
  std::map<std::string, std::string> ended_;  // to its status
  std::size_t not_done_ = 0;
  std::size_t dead_ = 0;
  bool is_behind_ = false;  // more is there already
  std::string drawn_;
};

}  // namespace fleet
