#pragma once

#include <functional>

namespace codex {

/// Where coroutines go on after a wait: anything that can be called with a function and has it run
/// later, such as `[&](auto fn) { post(my_loop, std::move(fn)); }`. It is called from threads of
/// the SDK; it must not block, not throw, and not run the function before it returns. A function
/// that it drops, because its loop is at an end, is a coroutine that never goes on; whoever owns
/// that coroutine frees it.
using Executor = std::function<void(std::function<void()>)>;

}  // namespace codex
