#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <codex/async/braces.hpp>
#include <codex/async/task.hpp>
#include <codex/paging.hpp>

namespace codex {

namespace detail {

class AsyncCore;

/// A pager that starts its client if needed.
class AsyncPager {
 public:
  AsyncPager(std::shared_ptr<AsyncCore> core, std::string_view method, Json params,
             CallOptions options);

  /// As `Pager::fetch` and `Pager::turn_over`.
  static Task<std::optional<std::string>> fetch(std::shared_ptr<AsyncPager> self);
  void turn_over(std::optional<std::string> next_cursor, bool is_empty);

  [[nodiscard]] const std::shared_ptr<const Executor>& executor() const noexcept;

 private:
  std::shared_ptr<AsyncCore> core_;
  std::string method_;
  Json params_;
  CallOptions options_;
  std::optional<Pager> pager_;
};

}  // namespace detail

/// As `Paged`, awaitable: `while (auto thread = co_await threads.next())`.
template <class R>
class AsyncPaged {
 public:
  using value_type = typename decltype(R::Response::data)::value_type;

  /// For the SDK itself.
  explicit AsyncPaged(std::shared_ptr<detail::AsyncPager> pager)
      : state_(std::make_shared<State>(State{std::move(pager), {}, 0})) {}

  /// As `Paged::next`. One at a time.
  Task<std::optional<value_type>> next() {
    return detail::TaskAccess::insist_on(next_of(state_), state_->pager->executor());
  }

 private:
  struct State {
    std::shared_ptr<detail::AsyncPager> pager;
    std::vector<value_type> page;
    std::size_t at;
  };

  static Task<std::optional<value_type>> next_of(std::shared_ptr<State> state) {
    while (state->at == state->page.size()) {
      auto fetch = detail::AsyncPager::fetch(state->pager);
      const std::optional<std::string> text = co_await fetch;
      if (!text) co_return std::nullopt;
      auto page = detail::decode_named<typename R::Response>(R::method, *text);
      state->page = std::move(page.data);
      state->at = 0;
      state->pager->turn_over(std::move(page.next_cursor), state->page.empty());
    }
    co_return std::move(state->page[state->at++]);
  }

  std::shared_ptr<State> state_;
};

namespace detail {

/// A list whose options may be in braces in the same expression as `co_await`.
template <class R>
class BracedPaged : public AsyncPaged<R> {
 public:
  using Next = std::optional<typename AsyncPaged<R>::value_type>;

  explicit BracedPaged(AsyncPaged<R> pages) : AsyncPaged<R>(std::move(pages)) {}

  Task<Next> next() & { return AsyncPaged<R>::next(); }
  BracedTask<Next> next() && { return BracedTask<Next>(AsyncPaged<R>::next()); }
};

}  // namespace detail

}  // namespace codex
