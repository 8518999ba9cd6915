#pragma once

#include <windows.h>

#include <memory>
#include <system_error>

namespace codex::detail {

/// The error of the last call, as std::error_code.
[[nodiscard]] std::error_code last_windows_error() noexcept;

/// For files and folders that only this user, the system and its administrators can enter, whatever
/// the folder above passes on.
class PrivateAccess {
 public:
  PrivateAccess();

  [[nodiscard]] std::error_code error() const noexcept { return error_; }
  [[nodiscard]] SECURITY_ATTRIBUTES* get() noexcept { return &attributes_; }

 private:
  std::error_code error_;
  std::unique_ptr<void, decltype(&::LocalFree)> descriptor_{nullptr, &::LocalFree};
  SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace codex::detail
