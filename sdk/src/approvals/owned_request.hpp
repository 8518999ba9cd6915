#pragma once

#include <memory>
#include <stop_token>

#include <codex/policies.hpp>

namespace codex::detail {

/// A request that outlives the call: a copy of the params and the context.
class OwnedRequest {
 public:
  /// `stop` takes the place of the context's own.
  OwnedRequest(const approvals::Request& request, std::stop_token stop);
  ~OwnedRequest();
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest(OwnedRequest&&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;
  OwnedRequest& operator=(OwnedRequest&&) = delete;

  /// Lives as long as this.
  [[nodiscard]] const approvals::Request& view() const noexcept { return view_; }

 private:
  struct Params;
  OwnedRequest(HandlerContext context, std::unique_ptr<const Params> params);

  const HandlerContext context_;
  const std::unique_ptr<const Params> params_;
  const approvals::Request view_;
};

}  // namespace codex::detail
