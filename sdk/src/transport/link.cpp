#include "transport/link.hpp"

namespace codex::detail {

std::optional<LinkError> finish(boost::asio::io_context& loop, TimePoint deadline,
                                const std::function<void(std::function<void(LinkError)>)>& start) {
  const auto result = std::make_shared<std::optional<LinkError>>();
  start([result](LinkError error) { *result = error; });
  loop.restart();
  while (!*result && Clock::now() < deadline) loop.run_one_until(no_later(deadline));
  return *result;
}

}  // namespace codex::detail
