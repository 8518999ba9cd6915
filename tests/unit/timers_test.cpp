#include "task/timers.hpp"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "task/own_thread.hpp"
#include "task/wait_until.hpp"

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

TEST_CASE_FIXTURE(TimingFixture,
                  "a stopped watch is due in the past, at a time that does not overflow") {
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  stop.request_stop();
  const Watch watch(timers, TimePoint::max(), stop.get_token(), note("x"));
  CHECK(timers->next_due() - Clock::now() <= Clock::duration::zero());
}

TEST_CASE("a stop that comes while the timers run ends its wait as well") {
  const auto thread = OwnThread::shared();
  std::stop_source one;    // NOLINT(misc-const-correctness): request_stop of libc++
  std::stop_source other;  // NOLINT(misc-const-correctness)
  std::promise<void> has_ended;
  const Watch first(thread->timers(), TimePoint::max(), one.get_token(), [](Expiry) {});
  const Watch second(thread->timers(), TimePoint::max(), other.get_token(),
                     [&](Expiry) { has_ended.set_value(); });
  // The second job runs in the round that sees to the first stop, after its timers: it wakes
  // nobody.
  thread->executor()([&] {
    thread->executor()([&] { other.request_stop(); });
    one.request_stop();
  });
  CHECK(has_ended.get_future().wait_until(testing::soon()) == std::future_status::ready);
}

TEST_CASE("a wait ends at its deadline, at the ends of time as well") {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_met = false;
  const auto condition = [&] { return is_met; };
  std::unique_lock lock(mutex);
  for (const auto past : {TimePoint::min(), TimePoint(), Clock::now()}) {
    CHECK_FALSE(wait_until(changed, lock, past, condition));
  }
  CHECK_FALSE(wait_until(changed, lock, Clock::now() + std::chrono::milliseconds{5}, condition));
  const std::jthread meeter([&] {
    const std::lock_guard meeting(mutex);
    is_met = true;
    changed.notify_one();
  });
  CHECK(wait_until(changed, lock, TimePoint::max(), condition));
  CHECK(wait_until(changed, lock, TimePoint::min(), condition));
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
