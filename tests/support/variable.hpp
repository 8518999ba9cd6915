#pragma once

#include <optional>
#include <string>

#include "os/environment_variable.hpp"

namespace codex::testing {

/// Sets a variable of this process; nothing: takes it away.
void set_variable(const char* name, const std::optional<std::string>& value);

/// Does that for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value)
      : name_(name), old_(codex::detail::find_environment_variable(name)) {
    set_variable(name, value);
  }
  ~Variable() { set_variable(name_, old_); }
  Variable(const Variable&) = delete;
  Variable(Variable&&) = delete;
  Variable& operator=(const Variable&) = delete;
  Variable& operator=(Variable&&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace codex::testing
