#pragma once

#include <string>
#include <vector>

/// What codex-wire can do. Each command writes to stdout, tells problems on stderr and returns its
/// exit code: 0, 1 where `check` found a loss, 2 for what could not be done at all.
namespace codex::wire {

/// Name, kind and stability of every type, a line each, separated by tabs.
int types();

/// Kind, name, params type, response type and stability of every method, in the same way.
int methods();

/// Decodes, encodes and compares the messages of the files; `-` is stdin.
int check(const std::vector<std::string>& files);

/// A JSON value a line in, the value of that type as it is encoded again, or the error, out.
int roundtrip(const std::string& type);

struct ShowOptions {
  std::string file;  // `-` is stdin
  bool follow = false;
  bool colour = false;
  bool full = false;  // does not cut long texts
};

/// A recording as a conversation that people can read.
int show(const ShowOptions& options);

}  // namespace codex::wire
