#pragma once

/// The ergonomic API: everything that an app needs every day.

#include <codex/answers.hpp>
#include <codex/approvals.hpp>
#include <codex/client.hpp>
#include <codex/config.hpp>
#include <codex/display_command.hpp>
#include <codex/errors.hpp>
#include <codex/handlers.hpp>
#include <codex/input.hpp>
#include <codex/login.hpp>
#include <codex/modes.hpp>
#include <codex/notification.hpp>
#include <codex/notification_stream.hpp>
#include <codex/options.hpp>
#include <codex/paging.hpp>
#include <codex/policies.hpp>
#include <codex/printable.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/retry.hpp>
#include <codex/schema.hpp>
#include <codex/screen.hpp>
#include <codex/stop_on_signal.hpp>
#include <codex/thread.hpp>
#include <codex/tool.hpp>
#include <codex/turn.hpp>
#include <codex/version.hpp>
