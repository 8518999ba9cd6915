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

/// Fetches the pages of a list one by one.
class Pager {
 public:
  Pager(std::shared_ptr<const Client> client, std::string_view method, Json params,
        CallOptions options);

  /// The response with the next page, as text; nothing after the last one. Throws the errors of a
  /// request, and CodexError if the list never ends.
  Task<std::optional<std::string>> fetch();
  /// The same, blocking.
  std::optional<std::string> fetch_now();

  /// Takes over what that response said.
  void turn_over(std::optional<std::string> next_cursor, bool is_empty);

 private:
  void refuse_endless_list();

  std::shared_ptr<const Client> client_;
  std::string method_;
  Json params_;
  CallOptions options_;
  bool is_at_end_ = false;
  std::size_t empty_pages_ = 0;  // in a row
  // An earlier cursor that all later ones are compared with. It moves at doubling distances, so any
  // cycle is found, and nothing grows.
  std::optional<std::string> mark_;
  std::size_t pages_ = 0;
  std::size_t next_mark_at_ = 1;
  bool is_circle_ = false;
};

}  // namespace detail

/// All elements of a paged list: `R` is a request whose response has `data` and `next_cursor`. A
/// page is fetched when the previous one is used up. Read it once, from one thread.
template <class R>
class Paged {
 public:
  /// The type of the elements.
  using value_type = typename decltype(R::Response::data)::value_type;

  /// For the SDK itself.
  explicit Paged(detail::Pager pager) : pager_(std::move(pager)) {}

  /// The next element; nothing at the end. Throws the errors of a request, and `CodexError` if the
  /// runtime's pages form a cycle.
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
