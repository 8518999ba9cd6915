#pragma once

#include <memory>

#include <codex/config.hpp>

namespace codex::testing {
class MockModel;
}

namespace example {

/// Whether the stand-in needs a login.
enum class Login { optional, required };

/// The model of the examples: a stand-in on this machine, so that no account is needed; with
/// `--live`, the model of your own codex login. Must outlive the `Codex` that uses it. The stand-in
/// forgets all threads at its end, unless the environment's EXAMPLE_HOME names a folder for them.
///
/// In your own program leave it out, and write `codex::Codex codex;`.
class Model {
 public:
  /// Takes `--live` out of the arguments.
  Model(int& argc, char** argv, Login login = Login::optional);
  Model(const Model&) = delete;
  Model(Model&&) = delete;
  Model& operator=(const Model&) = delete;
  Model& operator=(Model&&) = delete;
  ~Model();

  [[nodiscard]] codex::CodexConfig config() const;

 private:
  std::unique_ptr<codex::testing::MockModel> stand_in_;  // none with --live
};

}  // namespace example
