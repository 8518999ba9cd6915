#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <codex/async/qt.hpp>
#include <codex/async/task_scope.hpp>
#include <codex/testing/gate.hpp>

#include "adapters/tasks.hpp"

namespace codex::testing {
namespace {

/// The application of one test.
struct App {
  int argc = 1;
  std::string name = "qt_adapter_tests";
  char* argv[2] = {name.data(), nullptr};
  QCoreApplication loop{argc, argv};
};

TEST_CASE("a turn goes on in Qt's event loop") {
  const NoFrameLost frames;
  const Gate gate;  // closed, so that the loop runs before the turn can end
  ScriptedServer server;
  server.on("turn/start", Answer{}.wait_for(gate).turn("Hello."));
  App app;
  AsyncCodex codex(server.memory_config());
  Threads threads;
  std::string greeting;
  const auto done = [&](const std::exception_ptr& error, std::optional<std::string> value) {
    threads.push_back(std::this_thread::get_id());
    greeting = value.value_or(what(error));
    QCoreApplication::quit();
  };
  detach(greet(codex, threads), done, qt_executor());
  gate.open();
  app.loop.exec();
  CHECK(greeting == "Hello.");
  CHECK(threads == Threads(3, std::this_thread::get_id()));
}

TEST_CASE("an object in another thread of Qt's has its tasks go on there") {
  const NoFrameLost frames;
  App app;
  QThread thread;
  QObject object;
  object.moveToThread(&thread);
  std::thread::id where;
  const auto done = [&](const std::exception_ptr&, std::optional<int>) {
    where = std::this_thread::get_id();
    thread.quit();
  };
  std::stop_source stop;  // not a short sleep, which could have ended already
  detach(wait_for_stop(), done, qt_executor(&object), stop.get_token());
  stop.request_stop();
  std::thread::id expected;
  QObject::connect(&thread, &QThread::started, &object,
                   [&] { expected = std::this_thread::get_id(); });
  thread.start();
  thread.wait();
  CHECK(where == expected);
  CHECK(where != std::this_thread::get_id());
}

TEST_CASE("what a task throws, and its being stopped, reach who began it in Qt's event loop") {
  const NoFrameLost frames;
  App app;
  std::exception_ptr failure;
  std::exception_ptr stopped;
  std::stop_source stop;
  const auto after_stop = [&](std::exception_ptr error, std::optional<int>) {
    stopped = std::move(error);
    QCoreApplication::quit();
  };
  const auto after_failure = [&](std::exception_ptr error) {
    failure = std::move(error);
    stop.request_stop();
  };
  detach(wait_for_stop(), after_stop, qt_executor(), stop.get_token());
  detach(fail_later(), after_failure, qt_executor());
  app.loop.exec();
  CHECK(what(failure) == "It failed later");
  CHECK(is_cancelled(stopped));
}

/// A window owns the tasks that it waits for.
class Window : public QObject {
 public:
  explicit Window(bool& has_ended) { tasks_.spawn(wait(has_ended)); }

 private:
  static Task<void> wait(bool& has_ended) {
    co_await sleep_for(std::chrono::hours(1));
    has_ended = true;
  }
  TaskScope tasks_{qt_executor(this)};
};

TEST_CASE("an object that goes gives up its tasks, and what is posted to it later is dropped") {
  const NoFrameLost frames;
  App app;
  bool has_ended = false;
  auto window = std::make_unique<Window>(has_ended);
  const Executor executor = qt_executor(window.get());
  bool was_run = false;
  executor([&] { was_run = true; });
  CHECK(frames_alive() > 0);
  window.reset();
  CHECK(frames_alive() == 0);
  executor([&] { was_run = true; });
  QTimer::singleShot(0, [] { QCoreApplication::quit(); });
  app.loop.exec();
  CHECK_FALSE(has_ended);
  CHECK_FALSE(was_run);
}

TEST_CASE("without an application there is nowhere to go on") {
  bool was_run = false;
  qt_executor()([&] { was_run = true; });
  CHECK_FALSE(was_run);
}

}  // namespace
}  // namespace codex::testing
