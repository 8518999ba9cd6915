// The life of a thread: name, list, archive, unarchive, resume, fork and compact it.

#include <chrono>
#include <iostream>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace protocol = codex::protocol;

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

  auto thread = codex.thread_start();
  (void)thread.run("Remember the number 7.");  // a thread is stored with its first turn

  thread.set_name("sdk lifecycle demo");
  std::cout << "Named:     " << codex::printable_line(thread.read().thread.name.value()) << '\n';
  std::cout << "Listed:    " << codex.thread_list({.limit = 20}).data.size() << '\n';

  codex.thread_archive(thread.id());
  std::cout << "Archived:  " << codex.thread_list({.archived = true, .limit = 20}).data.size()
            << '\n';

  thread = codex.thread_unarchive(thread.id());
  thread = codex.thread_resume(thread.id());
  std::cout << "Resumed:   " << codex::printable(thread.run("Which number?").final_response.value())
            << '\n';

  auto fork = codex.thread_fork(thread.id());
  std::cout << "Forked:    " << codex::printable(fork.run("And twice that?").final_response.value())
            << '\n';

  thread.compact();  // a separate turn, for which we have no handle
  for (const auto& event : codex.notifications({.timeout = std::chrono::minutes(5)})) {
    const auto done = event.as<protocol::notifications::ItemCompleted>();
    if (done && done->item.is<protocol::ContextCompactionThreadItem>()) break;
  }
  std::cout << "Compacted: a summary takes the place of the history\n";
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
