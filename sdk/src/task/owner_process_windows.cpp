#include "task/owner_process.hpp"

namespace codex::detail {

// There is no fork.
OwnerProcess::OwnerProcess() noexcept : forks_(0) {}

bool OwnerProcess::is_this() const noexcept { return true; }

void OwnerProcess::check(std::string_view /*what*/) const {}

}  // namespace codex::detail
