#pragma once

/// The async face of the SDK: the API of <codex/codex.hpp>, awaitable, with tools for coroutines.

#include <codex/ask.hpp>
#include <codex/async/client.hpp>
#include <codex/async/event_loop.hpp>
#include <codex/async/login.hpp>
#include <codex/async/notification_stream.hpp>
#include <codex/async/paging.hpp>
#include <codex/async/promise.hpp>
#include <codex/async/retry.hpp>
#include <codex/async/task.hpp>
#include <codex/async/task_scope.hpp>
#include <codex/async/thread.hpp>
#include <codex/async/turn.hpp>
#include <codex/async/when.hpp>
#include <codex/codex.hpp>
