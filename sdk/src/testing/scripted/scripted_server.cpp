#include <atomic>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <codex/testing/scripted_server.hpp>

#include "task/start_thread.hpp"
#include "testing/scripted/helper_program.hpp"
#include "testing/scripted/memory_channel.hpp"
#include "testing/scripted/relay_channel.hpp"
#include "testing/scripted/relay_listener.hpp"
#include "testing/scripted/session.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {
namespace detail {
namespace {

/// The conversations of one server, each on its thread.
class Conversations {
 public:
  explicit Conversations(Ledger& ledger) : ledger_(ledger) {}
  ~Conversations() { end(); }
  Conversations(const Conversations&) = delete;
  Conversations& operator=(const Conversations&) = delete;

  void set_recording(std::vector<std::shared_ptr<const RecordedSession>> sessions) {
    const std::lock_guard lock(mutex_);
    sessions_ = std::move(sessions);
    next_session_ = 0;
  }

  void begin(std::unique_ptr<Channel> channel) {
    const std::lock_guard lock(mutex_);
    if (has_ended_) return;
    forget_ended();
    Conversation& conversation = conversations_.emplace_back();
    conversation.channel = std::move(channel);
    const auto converse = [this, &conversation, recording = next_recording()] {
      Session(*conversation.channel, ledger_, recording).run();
      conversation.has_ended = true;
    };
    try {
      conversation.thread = codex::detail::start_thread("start a ScriptedServer", converse);
    } catch (...) {
      conversations_.pop_back();
      throw;
    }
  }

  void end() {
    std::unique_lock lock(mutex_);
    has_ended_ = true;
    auto conversations = std::exchange(conversations_, {});
    lock.unlock();
    for (auto& conversation : conversations) conversation.channel->abort();
    for (auto& conversation : conversations) conversation.thread.join();
  }

 private:
  struct Conversation {
    std::unique_ptr<Channel> channel;
    std::thread thread;
    std::atomic<bool> has_ended = false;
  };

  void forget_ended() {
    conversations_.remove_if([](Conversation& conversation) {
      if (!conversation.has_ended) return false;
      conversation.thread.join();
      return true;
    });
  }

  std::shared_ptr<const RecordedSession> next_recording() {
    if (sessions_.empty()) return nullptr;
    return sessions_[next_session_++ % sessions_.size()];
  }

  Ledger& ledger_;
  std::mutex mutex_;
  std::list<Conversation> conversations_;
  std::vector<std::shared_ptr<const RecordedSession>> sessions_;
  std::size_t next_session_ = 0;
  bool has_ended_ = false;
};

}  // namespace
}  // namespace detail

namespace {

/// Opens transports within this process, as long as the server lives.
class MemorySource {
 public:
  explicit MemorySource(detail::Conversations& conversations) : conversations_(&conversations) {}

  [[nodiscard]] std::unique_ptr<codex::Transport> open() {
    const std::lock_guard lock(mutex_);
    if (conversations_ == nullptr) throw CodexError("The ScriptedServer is gone");
    auto [transport, peer] = codex::detail::make_memory_transport();
    conversations_->begin(std::make_unique<detail::MemoryChannel>(std::move(peer)));
    return std::move(transport);
  }

  void forget() {
    const std::lock_guard lock(mutex_);
    conversations_ = nullptr;
  }

 private:
  std::mutex mutex_;
  detail::Conversations* conversations_;
};

}  // namespace

/// The order of members stops new conversations before it ends running ones.
struct ScriptedServer::Impl {
  detail::Ledger ledger;
  detail::Conversations conversations{ledger};
  const std::shared_ptr<MemorySource> memory = std::make_shared<MemorySource>(conversations);
  std::mutex mutex;
  std::optional<detail::TempDir> folder;
  std::optional<detail::RelayListener> listener;

  Impl() = default;
  ~Impl() { memory->forget(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Where the helper finds this server.
  std::string address() {
    const std::lock_guard lock(mutex);
    if (!folder) folder.emplace("codex-scripted-");
    if (!listener) {
      listener.emplace(folder->path(), [this](std::unique_ptr<detail::RelaySocket> socket) {
        try {
          conversations.begin(std::make_unique<detail::RelayChannel>(std::move(socket)));
        } catch (const std::exception& error) {
          ledger.complain(error.what());  // the client finds the channel closed
        }
      });
    }
    return listener->address();
  }

  void add(std::string method, Predicate predicate, AnswerFunction answer, bool is_for_once) {
    auto rule = std::make_shared<detail::Rule>();
    rule->method = std::move(method);
    rule->predicate = std::move(predicate);
    rule->answer = std::move(answer);
    rule->is_for_once = is_for_once;
    ledger.add(std::move(rule));
  }
};

namespace {

ScriptedServer::AnswerFunction always(Answer answer) {
  return [answer = std::move(answer)](const Json&) { return answer; };
}

}  // namespace

ScriptedServer::ScriptedServer() : impl_(std::make_unique<Impl>()) {}
ScriptedServer::ScriptedServer(ScriptedServer&&) noexcept = default;
ScriptedServer& ScriptedServer::operator=(ScriptedServer&&) noexcept = default;
ScriptedServer::~ScriptedServer() = default;

void ScriptedServer::on(std::string method, Answer answer) {
  impl_->add(std::move(method), {}, always(std::move(answer)), false);
}

void ScriptedServer::on(std::string method, AnswerFunction answer) {
  impl_->add(std::move(method), {}, std::move(answer), false);
}

void ScriptedServer::on(std::string method, Predicate predicate, Answer answer) {
  impl_->add(std::move(method), std::move(predicate), always(std::move(answer)), false);
}

void ScriptedServer::once(std::string method, Answer answer) {
  impl_->add(std::move(method), {}, always(std::move(answer)), true);
}

void ScriptedServer::play(const std::filesystem::path& recording) {
  impl_->conversations.set_recording(detail::read_sessions(recording));
}

CodexConfig ScriptedServer::config() {
  return {.launch_args_override = {detail::helper_program(), impl_->address()}};
}

CodexConfig ScriptedServer::memory_config() {
  return {.transport = [memory = impl_->memory] { return memory->open(); }};
}

std::vector<ScriptedRequest> ScriptedServer::requests(std::string_view method) const {
  return impl_->ledger.requests(method);
}

bool ScriptedServer::wait_for_requests(std::string_view method, std::size_t count,
                                       std::chrono::milliseconds timeout) const {
  return impl_->ledger.wait_for_requests(method, count, timeout);
}

std::vector<std::string> ScriptedServer::problems() const { return impl_->ledger.problems(); }

}  // namespace codex::testing
