#include <codex/async/notification_stream.hpp>
#include <codex/async/paging.hpp>

#include "async/async_core.hpp"
#include "client/notification_stream.hpp"

namespace codex {

AsyncNotificationStream::AsyncNotificationStream(std::shared_ptr<detail::AsyncCore> core,
                                                 std::shared_ptr<detail::NotificationReader> reader)
    : core_(std::move(core)), reader_(std::move(reader)) {}
AsyncNotificationStream::AsyncNotificationStream(AsyncNotificationStream&&) noexcept = default;
AsyncNotificationStream& AsyncNotificationStream::operator=(AsyncNotificationStream&&) noexcept =
    default;
AsyncNotificationStream::~AsyncNotificationStream() = default;

Task<Notification> AsyncNotificationStream::next() {
  return core_->at_home(detail::next_notification_of(reader_));
}

std::optional<Notification> AsyncNotificationStream::try_next() {
  return reader_->events.try_next();
}

std::uint64_t AsyncNotificationStream::dropped() const { return reader_->events.dropped(); }

namespace detail {

AsyncPager::AsyncPager(std::shared_ptr<AsyncCore> core, std::string_view method, Json params,
                       CallOptions options)
    : core_(std::move(core)),
      method_(method),
      params_(std::move(params)),
      options_(std::move(options)) {}

Task<std::optional<std::string>> AsyncPager::fetch(std::shared_ptr<AsyncPager> self) {
  if (!self->pager_) {
    auto client = co_await AsyncCore::started(self->core_, self->options_.stop);
    if (!self->pager_) {
      self->pager_.emplace(std::move(client), self->method_, self->params_, self->options_);
    }
  }
  auto fetch = self->pager_->fetch();
  co_return co_await fetch;
}

void AsyncPager::turn_over(std::optional<std::string> next_cursor, bool is_empty) {
  pager_->turn_over(std::move(next_cursor), is_empty);
}

const std::shared_ptr<const Executor>& AsyncPager::executor() const noexcept {
  return core_->executor();
}

}  // namespace detail
}  // namespace codex
