#include <codex/errors.hpp>
#include <codex/paging.hpp>

#include "session/client_core.hpp"
#include "session/params.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t most_empty_pages = 1000;

}  // namespace

Pager::Pager(std::shared_ptr<const Client> client, std::string_view method, Json params,
             CallOptions options)
    : client_(std::move(client)),
      method_(method),
      params_(std::move(params)),
      options_(std::move(options)) {
  params_ = protocol::decode<Json>(
      with_extra(text_of(params_, "The params of " + method_), options_.extra_params));
  options_.extra_params = {};  // else a cursor in them would override that of every page
}

Task<std::optional<std::string>> Pager::fetch() {
  if (is_at_end_) co_return std::nullopt;
  refuse_endless_list();
  auto call = client_->call(method_, text_of(params_, "The params of " + method_), options_);
  co_return co_await call;
}

std::optional<std::string> Pager::fetch_now() { return sync_wait(fetch()); }

void Pager::turn_over(std::optional<std::string> next_cursor, bool is_empty) {
  empty_pages_ = is_empty ? empty_pages_ + 1 : 0;
  is_at_end_ = !next_cursor;
  if (!next_cursor) return;
  is_circle_ = next_cursor == mark_;
  if (++pages_ == next_mark_at_) {
    mark_ = next_cursor;
    next_mark_at_ *= 2;
  }
  params_["cursor"] = *std::move(next_cursor);
}

void Pager::refuse_endless_list() {
  if (!is_circle_ && empty_pages_ < most_empty_pages) return;
  is_at_end_ = true;
  throw CodexError("The list of " + method_ + " does not end: the runtime " +
                   (is_circle_ ? "gives the same cursor again" : "gives page after empty page") +
                   ". What came so far is all there is.");
}

}  // namespace codex::detail
