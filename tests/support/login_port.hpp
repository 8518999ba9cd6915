#pragma once

#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/file.h>

#include "os/descriptor.hpp"

namespace codex::testing {

/// Guards the only port that the runtime's browser logins redirect to: a second runtime on this
/// machine takes it from the first, so tests hold this while they log in.
class LoginPort {
 public:
  LoginPort()
      : lock_(::open((std::filesystem::temp_directory_path() / "codex-test-login-port").c_str(),
                     O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (!lock_.is_open() || ::flock(lock_.get(), LOCK_EX) != 0) {
      throw std::runtime_error("cannot lock the login port");
    }
  }

 private:
  codex::detail::Descriptor lock_;
};

}  // namespace codex::testing
