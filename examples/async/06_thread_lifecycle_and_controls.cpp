// The life of a thread: name, list, archive, unarchive, resume, fork and compact it.

#include <chrono>
#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

namespace protocol = codex::protocol;

/// Compacting is a separate turn, for which we have no handle.
codex::Task<> compact(codex::AsyncCodex& codex, const codex::AsyncThread& thread) {
  auto open = codex.notifications({.timeout = std::chrono::minutes(5)});
  auto stream = co_await open;
  (void)co_await thread.compact();
  while (true) {
    const auto event = co_await stream.next();
    const auto done = event.as<protocol::notifications::ItemCompleted>();
    if (done && done->item.is<protocol::ContextCompactionThreadItem>()) break;
  }
}

codex::Task<> run(codex::AsyncCodex& codex) {
  auto thread = co_await codex.thread_start();
  (void)co_await thread.run("Remember the number 7.");  // a thread is stored with its first turn

  (void)co_await thread.set_name("sdk lifecycle demo");
  const auto read = co_await thread.read();
  std::cout << "Named:     " << codex::printable_line(read.thread.name.value()) << '\n';
  auto list = codex.thread_list({.limit = 20});
  const auto listed = co_await list;
  std::cout << "Listed:    " << listed.data.size() << '\n';

  (void)co_await codex.thread_archive(thread.id());
  auto list_archived = codex.thread_list({.archived = true, .limit = 20});
  const auto archived = co_await list_archived;
  std::cout << "Archived:  " << archived.data.size() << '\n';

  thread = co_await codex.thread_unarchive(thread.id());
  auto resume = codex.thread_resume(thread.id());
  thread = co_await resume;
  const auto resumed = co_await thread.run("Which number?");
  std::cout << "Resumed:   " << codex::printable(resumed.final_response.value()) << '\n';

  auto begin_fork = codex.thread_fork(thread.id());
  const auto fork = co_await begin_fork;
  const auto forked = co_await fork.run("And twice that?");
  std::cout << "Forked:    " << codex::printable(forked.final_response.value()) << '\n';

  co_await compact(codex, thread);
  std::cout << "Compacted: a summary takes the place of the history\n";
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
