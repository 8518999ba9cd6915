#pragma once

/// For programs with an event loop of Asio: Boost's (Debian: libboost-dev) or the standalone one
/// (libasio-dev). Include your Asio before this header, which then is for that one; if you include
/// none, it is for the standalone one if that is installed, else for Boost's.

#include <coroutine>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <codex/async/task.hpp>
#include <codex/stop_token.hpp>

#if (defined(BOOST_ASIO_DETAIL_CONFIG_HPP) && !defined(ASIO_DETAIL_CONFIG_HPP)) || \
    !__has_include(<asio/any_io_executor.hpp>)

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#if __has_include(<boost/asio/associated_cancellation_slot.hpp>)
#include <boost/asio/associated_cancellation_slot.hpp>
#endif

#if !defined(BOOST_ASIO_HAS_CO_AWAIT)
#error "Boost.Asio finds no coroutines here: for clang, compile with -DBOOST_ASIO_HAS_CO_AWAIT"
#elif !defined(BOOST_ASIO_HAS_STD_COROUTINE)
#error "Boost.Asio takes coroutines for experimental. Compile with -DBOOST_ASIO_HAS_STD_COROUTINE"
#endif

namespace codex {
/// The Asio that this header is for.
namespace asio_library = boost::asio;
}  // namespace codex

#else

#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/dispatch.hpp>
#include <asio/execution_context.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#if !defined(ASIO_HAS_CO_AWAIT)
#error "Asio finds no coroutines here: for clang, compile with -DASIO_HAS_CO_AWAIT"
#elif !defined(ASIO_HAS_STD_COROUTINE)
#error "Asio takes coroutines for experimental. Compile with -DASIO_HAS_STD_COROUTINE"
#endif

namespace codex {
/// The Asio that this header is for.
namespace asio_library = asio;
}  // namespace codex

#endif

#if defined(ASIO_HAS_CO_AWAIT) || defined(BOOST_ASIO_HAS_CO_AWAIT)

namespace codex {

namespace detail {

/// A port into an execution context that threads of the SDK may use at any time: after the context
/// is destroyed it does nothing. Keeps the context running while a coroutine waits.
template <class AnyExecutor>
class AsioPort : public std::enable_shared_from_this<AsioPort<AnyExecutor>> {
 public:
  static std::shared_ptr<AsioPort> open(AnyExecutor executor) {
    auto& ports = asio_library::use_service<Ports>(
        asio_library::query(executor, asio_library::execution::context));
    const auto port = std::make_shared<AsioPort>(std::move(executor), ports.open_ports);
    const std::lock_guard lock(port->all_->mutex);
    port->all_->ports.emplace(port.get(), port);
    return port;
  }

  struct OpenPorts {
    std::mutex mutex;
    std::map<AsioPort*, std::weak_ptr<AsioPort>> ports;
  };

  AsioPort(AnyExecutor executor, std::shared_ptr<OpenPorts> all)
      : executor_(std::move(executor)), all_(std::move(all)) {}
  AsioPort(const AsioPort&) = delete;
  AsioPort(AsioPort&&) = delete;
  AsioPort& operator=(const AsioPort&) = delete;
  AsioPort& operator=(AsioPort&&) = delete;
  ~AsioPort() {
    const std::lock_guard lock(all_->mutex);
    all_->ports.erase(this);
  }

  void post(std::function<void()> fn) {
    const std::lock_guard lock(mutex_);
    if (executor_) asio_library::post(executor_, std::move(fn));
  }

  /// Stores the handler to resume when a task ends.
  template <class Handler>
  void keep(Handler handler) {
    const std::lock_guard lock(mutex_);
    waiting_ = std::make_unique<Waiting<Handler>>(std::move(handler), executor_);
  }

  /// Resumes it: at once if that is allowed, or from the loop.
  void go_on(bool at_once) {
    std::unique_lock lock(mutex_);
    const auto waiting = std::exchange(waiting_, nullptr);
    lock.unlock();
    if (waiting) waiting->go_on(at_once);
  }

 private:
  struct WaitingBase {
    WaitingBase() = default;
    WaitingBase(const WaitingBase&) = delete;
    WaitingBase(WaitingBase&&) = delete;
    WaitingBase& operator=(const WaitingBase&) = delete;
    WaitingBase& operator=(WaitingBase&&) = delete;
    virtual ~WaitingBase() = default;
    virtual void go_on(bool at_once) = 0;
  };

  template <class Handler>
  struct Waiting final : WaitingBase {
    Waiting(Handler to_call, const AnyExecutor& executor)
        : handler(std::move(to_call)), work(executor) {}
    void go_on(bool at_once) override {
      if (at_once) {
        asio_library::dispatch(std::move(handler));
      } else {
        asio_library::post(std::move(handler));
      }
    }
    Handler handler;
    asio_library::executor_work_guard<AnyExecutor> work;
  };

  /// Closes the ports of a context that is destroyed.
  class Ports : public asio_library::execution_context::service {
   public:
    static inline asio_library::execution_context::id id;
    explicit Ports(asio_library::execution_context& context) : service(context) {}
    const std::shared_ptr<OpenPorts> open_ports = std::make_shared<OpenPorts>();

   private:
    void shutdown() override {
      std::unique_lock lock(open_ports->mutex);
      const auto ports = std::exchange(open_ports->ports, {});
      lock.unlock();
      for (const auto& [address, weak] : ports) {
        if (const auto port = weak.lock()) port->close();
      }
    }
  };

  void close() {
    std::unique_lock lock(mutex_);
    const auto waiting = std::exchange(waiting_, nullptr);  // destroyed without the lock
    const auto executor = std::exchange(executor_, {});
    lock.unlock();
  }

  std::mutex mutex_;
  AnyExecutor executor_;  // none after the context is destroyed
  std::unique_ptr<WaitingBase> waiting_;
  const std::shared_ptr<OpenPorts> all_;
};

}  // namespace detail

/// Turns an executor of Asio, such as that of an `io_context`, a strand or a thread pool, into one
/// of the SDK. It may outlive the context; functions posted later are dropped. It does not keep the
/// context running: use a work guard if nothing else does.
[[nodiscard]] inline Executor asio_executor(asio_library::any_io_executor executor) {
  return [port = detail::AsioPort<asio_library::any_io_executor>::open(std::move(executor))](
             std::function<void()> fn) { port->post(std::move(fn)); };
}

/// Runs a task within an Asio coroutine, on the coroutine's executor:
///
///     auto result = co_await codex::asio_awaitable(thread.run("Hello"));
///
/// The coroutine's cancellation, of any type that it lets through, requests the task's stop; the
/// task then throws its `CancelledError` here. Boost before 1.77 has no cancellation. If the
/// context ends first, the task is dropped; close a client with another executor before that.
template <class T>
asio_library::awaitable<T> asio_awaitable(Task<T> task) {
  detail::TaskAccess::check(task);
  using Port = detail::AsioPort<asio_library::any_io_executor>;
  const auto port = Port::open(co_await asio_library::this_coro::executor);
  const auto executor = std::make_shared<const Executor>(
      [port](std::function<void()> fn) { port->post(std::move(fn)); });
  const auto go_on = [](void* waiting) {
    const auto shared = static_cast<Port*>(waiting)->shared_from_this();
    shared->go_on(true);
  };
  const auto start = [&](auto handler) {
    const std::stop_source stop;
    // Found by the handler's type: Boost before 1.77 has no such function.
    if constexpr (requires { get_associated_cancellation_slot(handler); }) {
      auto slot = get_associated_cancellation_slot(handler);
      if (slot.is_connected()) slot.assign([copy = stop](auto) mutable { copy.request_stop(); });
    }
    const auto shared = port;  // since the coroutine may end during this
    shared->keep(std::move(handler));
    if (!detail::TaskAccess::start(task, {go_on, shared.get()}, {executor, stop.get_token()})) {
      shared->go_on(false);
    }
  };
  co_await asio_library::async_initiate<const asio_library::use_awaitable_t<>, void()>(
      start, asio_library::use_awaitable);
  co_return detail::TaskAccess::take(task);
}

}  // namespace codex

#endif
