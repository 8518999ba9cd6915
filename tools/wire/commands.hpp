#pragma once

#include <string>
#include <vector>

/// The commands of codex-wire. Each writes to stdout, reports problems on stderr and returns its
/// exit code: 0, 1 if `check` found a loss, 2 for failures.
namespace codex::wire {

/// Name, kind and stability of every type, one per line, separated by tabs.
int types();

/// Kind, name, params type, response type and stability of every method, in the same way.
int methods();

/// Decodes, encodes and compares the messages of the files; `-` is stdin.
int check(const std::vector<std::string>& files);

/// Reads a JSON value per line; writes the value of that type as encoded again, or the error.
int roundtrip(const std::string& type);

struct ShowOptions {
  std::string file;  // `-` is stdin
  bool follow = false;
  bool colour = false;
  bool full = false;  // does not shorten long texts
};

/// A recording as a conversation that people can read.
int show(const ShowOptions& options);

}  // namespace codex::wire
