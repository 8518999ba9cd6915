#include <string>
#include <thread>

#include "codec_checks.hpp"

namespace codec_types {

using codex::protocol::decode;
using codex::protocol::encode;

namespace {

/// Encodes and decodes when its thread ends.
struct LateUser {
  explicit LateUser(std::string& out) : out_(out) {}
  LateUser(const LateUser&) = delete;
  LateUser(LateUser&&) = delete;
  LateUser& operator=(const LateUser&) = delete;
  LateUser& operator=(LateUser&&) = delete;
  ~LateUser() { out_ = encode(decode<std::string>(R"("late\n")")); }

 private:
  std::string& out_;
};

}  // namespace

TEST_CASE("codec: what a thread left for its next text is not used when it is gone") {
  std::string text;
  std::thread([&] {
    thread_local const LateUser user(
        text);  // begins before what the codec keeps, and ends after it
    CHECK(encode(decode<std::string>(R"("early")")) == R"("early")");
  }).join();
  CHECK(text == R"("late\n")");
}

}  // namespace codec_types
