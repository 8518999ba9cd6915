#include "handlers/worker_pool.hpp"

#include <atomic>
#include <memory>

#include <doctest/doctest.h>

#include <codex/testing/gate.hpp>

namespace codex::testing {
namespace {

using codex::detail::WorkerPool;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("a pool runs tasks beside each other, and starts no more threads than it needs") {
  WorkerPool pool(2, 1);
  Gate gate;
  Gate first;
  Gate second;
  CHECK(pool.post([=] { (void)(first.open(), gate.pass({})); }));
  CHECK(pool.post([=] { (void)(second.open(), gate.pass({})); }));
  CHECK(first.pass({}));
  CHECK(second.pass({}));
  Gate third;
  CHECK(pool.post([=] { third.open(); }));
  CHECK_FALSE(pool.post([] {}));
  CHECK_FALSE(third.is_open());
  gate.open();
  CHECK(third.pass({}));
  CHECK(pool.finish(20s) == 0);
  CHECK_FALSE(pool.post([] {}));
}

TEST_CASE("a pool that finishes runs what waits, and survives what throws") {
  std::atomic<int> runs = 0;
  WorkerPool pool(1, 10);
  for (int i = 0; i < 10; ++i) {
    CHECK(pool.post([&] {
      ++runs;
      throw 1;
    }));
  }
  CHECK(pool.finish(20s) == 0);
  CHECK(runs == 10);
}

TEST_CASE("a task that does not end is left behind with what it needs") {
  Gate gate;
  Gate done;
  Gate running;
  {
    WorkerPool pool(1, 1);
    CHECK(pool.post([=] {
      running.open();
      if (gate.pass({})) done.open();
    }));
    CHECK(running.pass({}));
    CHECK(pool.finish(1ms) == 1);
    CHECK(pool.finish(1ms) == 0);
  }
  gate.open();
  CHECK(done.pass({}));
}

TEST_CASE("a task may finish its own pool, also two of them at once, and destroy it") {
  Gate both;
  std::atomic<int> finished = 0;
  {
    WorkerPool pool(2, 2);
    for (int i = 0; i < 2; ++i) {
      CHECK(pool.post([&] {
        if (++finished == 2) both.open();
        (void)both.pass({});
        CHECK(pool.finish(20s) == 0);
      }));
    }
    CHECK(pool.finish(20s) == 0);
  }
  Gate destroyed;
  Gate handed_over;
  auto pool = std::make_shared<WorkerPool>(1, 1);
  auto& same = *pool;
  CHECK(same.post([&, pool = std::move(pool)]() mutable {
    (void)handed_over.pass({});
    pool.reset();
    destroyed.open();
  }));
  handed_over.open();
  CHECK(destroyed.pass({}));
}

}  // namespace codex::testing
