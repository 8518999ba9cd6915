#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "job.hpp"
#include "nats.hpp"

namespace fleet {

/// A message of the queue that this worker has for as long as the lease lasts. Dropping it without
/// a word lets the lease run out.
struct Taken {
  nats::Message message;
  std::string text;
  std::string subject;
  std::uint64_t sequence = 0;
  std::uint64_t attempt = 0;  // 1 for the first worker that gets it
};

/// A claim and the revision of its entry, which is another one as soon as someone else claims.
struct Claimed {
  std::uint64_t revision = 0;
  Claim claim;
};

/// A message of the log.
struct Logged {
  std::string_view subject = {};  // empty: none has come
  std::string_view text = {};
  std::uint64_t sequence = 0;
  std::uint64_t pending = 0;  // how many are there already that come after it
};

/// The fleet's data in NATS JetStream:
///   FLEET_JOBS    fleet.jobs.ID             the work queue: a message goes when it is acked
///   FLEET_LOG     fleet.log.progress.ID     the latest message of each subject
///                 fleet.log.result.ID       written once
///                 fleet.log.dead.SEQUENCE   written once
///   fleet_claims  ID                        a KV bucket: who has it, in which thread
/// Makes what is missing. All members are safe from all threads, and throw nats::Error.
class Queue {
 public:
  explicit Queue(const std::string& url);

  /// False if a job of this id is in the queue already, so that a submit may be repeated.
  bool submit(const Job& job);
  /// False if the job has a result already: whoever comes second is not heard.
  bool finish(const Result& result);
  [[nodiscard]] bool has_result(const std::string& job);
  void bury(const Taken& taken, const std::string& reason);
  /// Does not wait for the server, and does not throw: the next report makes up for a lost one.
  void report(const Progress& progress) noexcept;

  /// Takes the job from whoever had it, and keeps the thread. Nothing if a later attempt has it.
  [[nodiscard]] std::optional<Claimed> claim(const std::string& job, const Taken& taken,
                                             const std::string& worker);
  /// Changes the claim. False if another worker has the job by now.
  bool update(const std::string& job, Claimed& claimed);
  [[nodiscard]] bool is_still(const std::string& job, const Claimed& claimed);

  /// The number of the latest message of the log below the subject; 0 if there is none.
  [[nodiscard]] std::uint64_t last_of(const std::string& below);
  /// Calls the function with each message of the log below the subject, first the latest of each
  /// job, then what comes, and with an empty one when none has come for a moment. Until it returns
  /// false.
  void follow(const std::string& below, const std::function<bool(const Logged&)>& see);

 private:
  friend class Intake;
  void make_streams();
  bool publish_first(const std::string& subject, const std::string& text);
  [[nodiscard]] nats::Entry entry(const std::string& job);

  nats::Connection connection_;
  nats::JetStream stream_;
  nats::KeyValue claims_;
};

/// The end of the queue where one thread takes jobs.
class Intake {
 public:
  /// A worker that is silent for the lease loses its job. One lease for the whole fleet: the last
  /// one that a worker names.
  Intake(Queue& queue, std::chrono::seconds lease);

  [[nodiscard]] std::optional<Taken> take(std::chrono::milliseconds patience);

 private:
  nats::Subscription subscription_;
};

}  // namespace fleet
