#include "support/cuttable_link.hpp"

#include <array>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "os/descriptors.hpp"
#include "os/platform.hpp"
#include "support/socket.hpp"

namespace codex::testing {
namespace {

using codex::detail::Descriptor;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

bool send_all(int to, const char* bytes, std::size_t size) {
  while (size > 0) {
    const auto sent = codex::detail::write_quietly(to, bytes, size);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

CuttableLink::CuttableLink(const std::string& endpoint)
    : path_((folder_.path() / "link.sock").string()),
      target_(endpoint.substr(std::string_view("unix://").size())),
      listener_(new_socket(AF_UNIX)) {
  const sockaddr_un address = address_of(path_);
  int pipe[2];
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 64) != 0 || !codex::detail::make_pipe(pipe)) {
    throw std::runtime_error("there is no socket for the link");
  }
  wake_in_ = Descriptor(pipe[1]);
  wake_out_ = Descriptor(pipe[0]);
  thread_ = std::thread([this] { run(); });
}

CuttableLink::~CuttableLink() {
  is_over_ = true;
  wake();
  thread_.join();
}

void CuttableLink::cut() {
  std::unique_lock lock(mutex_);
  must_cut_ = true;
  wake();
  done_.wait(lock, [this] { return !must_cut_; });
}

void CuttableLink::set_frozen(bool is_frozen) {
  is_frozen_ = is_frozen;
  wake();
}

void CuttableLink::wake() { (void)!::write(wake_in_.get(), "w", 1); }

void CuttableLink::run() {
  while (!is_over_) {
    std::vector<pollfd> polled{{wake_out_.get(), POLLIN, 0}};
    if (!is_frozen_) {
      polled.push_back({listener_.get(), POLLIN, 0});
      for (const Pair& pair : pairs_) {
        polled.push_back({pair.client.get(), POLLIN, 0});
        const bool is_mute = next_message_ == NextMessage::was_last;
        polled.push_back({is_mute ? -1 : pair.runtime.get(), POLLIN, 0});
      }
    }
    (void)::poll(polled.data(), polled.size(), -1);
    if ((polled[0].revents & POLLIN) != 0) {
      std::array<char, 64> bytes{};
      (void)!::read(wake_out_.get(), bytes.data(), bytes.size());
    }
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(must_cut_, false)) {
        pairs_.clear();
        next_message_ = NextMessage::passes;
        done_.notify_all();
        continue;
      }
    }
    if (is_frozen_ || polled.size() < 2) continue;
    std::vector<Pair> left;
    for (std::size_t index = 0; index < pairs_.size(); ++index) {
      const bool from_client = polled[2 + 2 * index].revents != 0;
      const bool from_runtime = polled[3 + 2 * index].revents != 0;
      Pair& pair = pairs_[index];
      const bool goes_on = (!from_client || pass(pair.client, pair.runtime, true)) &&
                           (!from_runtime || pass(pair.runtime, pair.client, false));
      if (goes_on) left.push_back(std::move(pair));
    }
    pairs_ = std::move(left);
    if ((polled[1].revents & POLLIN) != 0) accept_one();
  }
}

void CuttableLink::accept_one() {
  Descriptor client(codex::detail::accept_socket(listener_.get()));
  if (is_closed_) return;
  Descriptor runtime = new_socket(AF_UNIX);
  const sockaddr_un address = address_of(target_);
  if (::connect(runtime.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return;
  }
  ++connections_;
  pairs_.push_back({std::move(client), std::move(runtime)});
}

bool CuttableLink::pass(const Descriptor& from, const Descriptor& to, bool is_of_client) {
  std::array<char, 65536> bytes{};
  const auto size = ::read(from.get(), bytes.data(), bytes.size());
  if (size <= 0) return false;
  if (is_of_client && next_message_ == NextMessage::is_lost) {
    next_message_ = NextMessage::passes;
    return false;
  }
  if (is_of_client && next_message_ == NextMessage::is_last) next_message_ = NextMessage::was_last;
  return send_all(to.get(), bytes.data(), static_cast<std::size_t>(size));
}

}  // namespace codex::testing
