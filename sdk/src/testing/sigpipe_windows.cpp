#include <functional>

#include "testing/sigpipe.hpp"

namespace codex::testing::detail {

void run_keeping_sigpipe(const std::function<void()>& work) { work(); }

void block_sigpipe_in_this_thread() {}

}  // namespace codex::testing::detail
