#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace codex::testing::detail {

struct HttpRequest {
  std::string method;
  /// Without the query.
  std::string path;
  /// By lower-case name.
  std::map<std::string, std::string> headers;
  std::string body;
};

/// The client's end of a streamed answer.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// Sends at once. False if the client has disconnected.
  virtual bool write(std::string_view bytes) = 0;
  [[nodiscard]] virtual bool client_is_there() = 0;
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::map<std::string, std::string> headers = {};
  /// If set, writes the body in place of `body`, in pieces; returning false drops the connection.
  std::function<bool(HttpStream&)> stream = {};
};

/// An HTTP server on a free port of 127.0.0.1, from construction to `stop` or destruction. Each
/// request has its own thread and connection; at least 64 are served at once. A request for another
/// host, or with the Origin header that browsers send, is refused with 403 and not passed to
/// `answer`.
class LoopbackServer {
 public:
  /// `answer` is called on the server's threads; an exception becomes an HTTP 500. Throws
  /// `std::runtime_error` if no port is available.
  explicit LoopbackServer(std::function<HttpAnswer(const HttpRequest&)> answer);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer(LoopbackServer&&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  LoopbackServer& operator=(LoopbackServer&&) = delete;

  [[nodiscard]] int port() const;

  /// Refuses new connections and waits for running answers to end. Idempotent, thread-safe.
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing::detail
