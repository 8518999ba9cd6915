#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/async/fwd.hpp>
#include <codex/decode_named.hpp>
#include <codex/options.hpp>
#include <codex/pull_iterator.hpp>

namespace codex {

namespace detail {

class Client;

/// Fetches the pages of a list, one after the other.
class Pager {
 public:
  Pager(std::shared_ptr<const Client> client, std::string_view method, Json params,
        CallOptions options);

  /// The response with the next page, as text; nothing behind the last one. Throws the errors of a
  /// request, and CodexError when the list does not come to an end.
  Task<std::optional<std::string>> fetch();
  /// The same, blocking.
  std::optional<std::string> fetch_now();

  /// What that response said.
  void turn_over(std::optional<std::string> next_cursor, bool is_empty);

 private:
  void refuse_endless_list();

  std::shared_ptr<const Client> client_;
  std::string method_;
  Json params_;
  CallOptions options_;
  bool is_at_end_ = false;
  std::size_t empty_pages_ = 0;  // in a row
  // One of the cursors before, against which all later ones are held. It moves on at distances that
  // double, so any circle is found, and nothing grows.
  std::optional<std::string> mark_;
  std::size_t pages_ = 0;
  std::size_t next_mark_at_ = 1;
  bool is_circle_ = false;
};

}  // namespace detail

/// All elements of a list that the runtime hands out in pages, one of the requests whose response
/// has `data` and `next_cursor`. A page is fetched when the one before it is used up. Read once,
/// by one thread.
template <class R>
class Paged {
 public:
  /// What the list is of.
  using value_type = typename decltype(R::Response::data)::value_type;

  /// For the SDK itself.
  explicit Paged(detail::Pager pager) : pager_(std::move(pager)) {}

  /// The next element; nothing at the end. Throws the errors of a request, and `CodexError` when
  /// the runtime's pages go round in a circle.
  std::optional<value_type> next() {
    while (at_ == page_.size()) {
      if (!fetch()) return std::nullopt;
    }
    return std::move(page_[at_++]);
  }

  using Iterator = detail::PullIterator<Paged, value_type>;
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  bool fetch() {
    const std::optional<std::string> text = pager_.fetch_now();
    if (!text) return false;
    auto page = detail::decode_named<typename R::Response>(R::method, *text);
    page_ = std::move(page.data);
    at_ = 0;
    pager_.turn_over(std::move(page.next_cursor), page_.empty());
    return true;
  }

  detail::Pager pager_;
  std::vector<value_type> page_;
  std::size_t at_ = 0;
};

}  // namespace codex
