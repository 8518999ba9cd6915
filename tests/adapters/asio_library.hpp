#pragma once

// The headers of the Asio that is tested: Boost's, or the standalone one.

#include <utility>

#ifdef CODEX_TEST_BOOST_ASIO

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#if __has_include(<boost/asio/cancellation_signal.hpp>)
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#define CODEX_TEST_ASIO_CANCELS
#endif

#else

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#define CODEX_TEST_ASIO_CANCELS

#endif

#include <codex/async/asio.hpp>

namespace codex::testing {

namespace asio = asio_library;

}  // namespace codex::testing
