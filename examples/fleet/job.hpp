#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <codex/describe.hpp>

namespace fleet {

/// What one agent shall do, as it lies in the queue.
struct Job {
  std::string id;  // a part of NATS subjects: see is_id
  std::string prompt;
  std::string repository;  // a folder that every worker's machine has
  std::optional<std::int64_t> tokens = {};
  std::optional<std::int64_t> seconds = {};
};
CODEX_DESCRIBE(Job, id, prompt, repository, tokens, seconds)

/// What became of a job. Each has one of these, however many workers have tried it.
struct Result {
  std::string job;
  std::string status;  // done, failed, over budget, out of time, given up
  std::optional<std::string> answer = {};
  std::optional<std::string> reason = {};
  std::int64_t tokens = 0;
  std::string worker;
  std::uint64_t attempt = 0;
  std::string thread = {};
};
CODEX_DESCRIBE(Result, job, status, answer, reason, tokens, worker, attempt, thread)

/// Where a job is before its result is there.
struct Progress {
  std::string job;
  std::string state;  // queued, running
  std::string worker = {};
  std::string saying = {};  // the last words
  std::int64_t tokens = 0;
};
CODEX_DESCRIBE(Progress, job, state, worker, saying, tokens)

/// A message of the queue that is no job.
struct DeadLetter {
  std::string subject;
  std::string reason;
  std::string text;  // its beginning
};
CODEX_DESCRIBE(DeadLetter, subject, reason, text)

/// Who has a job, and in which thread: one entry for each job, so that the next worker can go on.
struct Claim {
  std::uint64_t sequence = 0;  // of the job's message
  std::uint64_t attempt = 0;
  std::string worker;
  std::string thread = {};
};
CODEX_DESCRIBE(Claim, sequence, attempt, worker, thread)

/// Letters, digits, - and _, at most 100 of them.
inline bool is_id(const std::string& text) {
  constexpr const char* allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !text.empty() && text.size() <= 100 && text.find_first_not_of(allowed) == text.npos;
}

/// A model may say anything, also what is no UTF-8.
inline std::string to_text(const codex::Json& json) {
  return json.dump(-1, ' ', true, codex::Json::error_handler_t::replace);
}

}  // namespace fleet
