#pragma once

#include <memory>
#include <string>
#include <sys/types.h>

#include <codex/config.hpp>

#include "os/descriptor.hpp"

namespace soak {

/// The model, in a process of its own, so that what this one measures is the SDK's and ours. Make
/// it before the first thread.
class Model {
 public:
  Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model();

  /// Starts a runtime on it.
  [[nodiscard]] const codex::CodexConfig& config() const { return config_; }

 private:
  pid_t process_ = 0;
  codex::detail::Descriptor lifeline_;
  codex::CodexConfig config_;
};

/// A turn of everything: reasoning, a remark in 40 pieces, a command, a tool and an approval at
/// once, an answer in 150 pieces. The number is in all of it.
[[nodiscard]] std::string prompt(int number);
/// "#7#": no other number has it as a part.
[[nodiscard]] std::string mark(int number);

}  // namespace soak
