#include "task/timers.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace codex::detail {
namespace {

using std::chrono::hours;

struct TimingFixture {
  int wakes = 0;
  std::shared_ptr<Timers> timers = std::make_shared<Timers>([this] { ++wakes; });
  std::vector<std::string> calls;

  Timers::Callback note(std::string name) {
    return [this, name = std::move(name)](Expiry expiry) {
      calls.push_back(name + (expiry == Expiry::stop ? " stopped" : " due"));
    };
  }
};

}  // namespace

TEST_CASE_FIXTURE(TimingFixture, "what is due is called once, in the order of the deadlines") {
  const TimePoint now = Clock::now();
  (void)timers->add(now - hours{1}, note("second"));
  (void)timers->add(now - hours{2}, note("first"));
  (void)timers->add(now + hours{1}, note("later"));
  (void)timers->add(TimePoint::max(), note("never"));
  timers->run_due();
  timers->run_due();
  CHECK(calls == std::vector<std::string>{"first due", "second due"});
  CHECK(timers->next_due() == now + hours{1});
}

TEST_CASE_FIXTURE(TimingFixture, "removed timers are not called") {
  timers->remove(timers->add(Clock::now() - hours{1}, note("x")));
  timers->run_due();
  CHECK(calls.empty());
}

TEST_CASE_FIXTURE(TimingFixture,
                  "the I/O thread is woken only for what it does not see to anyway") {
  const TimePoint now = Clock::now();
  CHECK(timers->next_due() == TimePoint::max());
  const auto first = timers->add(now + hours{2}, note("first"));
  CHECK(wakes == 1);
  (void)timers->add(now + hours{3}, note("later"));
  CHECK(wakes == 1);
  (void)timers->add(now + hours{1}, note("earlier"));
  CHECK(wakes == 2);
  timers->remove(first);
  (void)timers->add(now + hours{2}, note("again"));
  CHECK(wakes == 2);
}

TEST_CASE_FIXTURE(TimingFixture, "a stop request makes a watch due at once") {
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  const Watch watch(timers, TimePoint::max(), stop.get_token(), note("x"));
  timers->run_due();
  CHECK(calls.empty());
  stop.request_stop();
  CHECK(wakes == 1);
  timers->run_due();
  CHECK(calls == std::vector<std::string>{"x stopped"});
}

TEST_CASE_FIXTURE(TimingFixture, "a watch that has gone sees nothing") {
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  { const Watch watch(timers, Clock::now() - hours{1}, stop.get_token(), note("x")); }
  stop.request_stop();
  timers->run_due();
  CHECK(calls.empty());
}

TEST_CASE_FIXTURE(TimingFixture, "a callback may add and remove timers") {
  (void)timers->add(Clock::now() - hours{1}, [this](Expiry) {
    timers->remove(timers->add(Clock::now() - hours{2}, note("removed")));
    (void)timers->add(Clock::now() - hours{2}, note("added"));
  });
  timers->run_due();
  CHECK(calls == std::vector<std::string>{"added due"});
}

TEST_CASE_FIXTURE(TimingFixture, "after stop nothing is called and nobody woken") {
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  const Watch watch(timers, TimePoint::max(), stop.get_token(), note("x"));
  timers->stop();
  stop.request_stop();
  (void)timers->add(Clock::now() - hours{1}, note("y"));
  CHECK(wakes == 0);
}

}  // namespace codex::detail
