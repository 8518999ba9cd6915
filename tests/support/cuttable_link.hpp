#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "os/descriptor.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {

/// A unix socket in front of a runtime's, whose connections a test can cut at any byte.
/// Thread-safe.
class CuttableLink {
 public:
  /// Leads to this `unix://` endpoint, whether or not anyone listens there yet.
  explicit CuttableLink(const std::string& endpoint);
  ~CuttableLink();
  CuttableLink(const CuttableLink&) = delete;
  CuttableLink(CuttableLink&&) = delete;
  CuttableLink& operator=(const CuttableLink&) = delete;
  CuttableLink& operator=(CuttableLink&&) = delete;

  [[nodiscard]] std::string endpoint() const { return "unix://" + path_; }

  /// Ends all connections, on both sides, without a word. Returns when they are gone.
  void cut();
  /// Cuts as soon as the client sends something next, which the runtime does not get.
  void cut_before_next_message() { next_message_ = NextMessage::is_lost; }
  /// The runtime gets what the client sends next, and nothing comes back until a cut.
  void mute_after_next_message() { next_message_ = NextMessage::is_last; }
  /// Whether new connections are ended at once.
  void set_closed(bool is_closed) { is_closed_ = is_closed; }
  /// Whether nothing gets through, in either direction; the connections stay.
  void set_frozen(bool is_frozen);

  /// How many connections got through so far.
  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  struct Pair {
    codex::detail::Descriptor client;
    codex::detail::Descriptor runtime;
  };
  enum class NextMessage { passes, is_lost, is_last, was_last };

  void run();
  void accept_one();
  [[nodiscard]] bool pass(const codex::detail::Descriptor& from,
                          const codex::detail::Descriptor& to, bool is_of_client);
  void wake();

  const detail::TempDir folder_{"codex-test-"};
  const std::string path_;
  const std::string target_;
  codex::detail::Descriptor listener_;
  codex::detail::Descriptor wake_in_;
  codex::detail::Descriptor wake_out_;
  std::vector<Pair> pairs_;  // of the thread alone
  std::mutex mutex_;
  std::condition_variable done_;
  bool must_cut_ = false;
  std::atomic<NextMessage> next_message_ = NextMessage::passes;
  std::atomic<bool> is_closed_ = false;
  std::atomic<bool> is_frozen_ = false;
  std::atomic<bool> is_over_ = false;
  std::atomic<std::size_t> connections_ = 0;
  std::thread thread_;
};

}  // namespace codex::testing
