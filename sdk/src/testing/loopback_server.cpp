#include "testing/loopback_server.hpp"

#include <cctype>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <httplib.h>

#include "mask/mask.hpp"
#include "task/start_thread.hpp"
#include "testing/server_threads.hpp"
#include "testing/sigpipe.hpp"

namespace codex::testing::detail {

namespace {

constexpr std::size_t threads = 80;
constexpr int connection_backlog = 128;
constexpr std::size_t most_body_bytes = std::size_t{256} * 1024 * 1024;
// These three bound how long `stop` may have to wait for a client that connects and then stays
// silent.
constexpr std::chrono::seconds first_byte_timeout{5};
constexpr std::chrono::seconds read_timeout{5};
constexpr std::chrono::seconds write_timeout{5};

/// httplib's own backlog of 5 makes a burst of connections wait a second for the next try.
class Server : public httplib::Server {
 public:
  int bind() {
    const int port = bind_to_any_port("127.0.0.1");
    if (port <= 0 || ::listen(svr_sock_, connection_backlog) != 0) {
      throw std::runtime_error("the loopback server cannot listen on 127.0.0.1");
    }
    return port;
  }
};

constexpr std::string_view refusal =
    "This server of codex::testing answers programs on this machine only: the Host header has to "
    "be "
    "127.0.0.1 or localhost with its port, and there must be no Origin header.\n";

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// httplib adds the addresses of the connection to the headers.
bool is_added_by_httplib(const std::string& name) {
  return name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" ||
         name == "LOCAL_PORT";
}

HttpRequest to_http_request(const httplib::Request& request) {
  HttpRequest result{
      .method = request.method, .path = request.path, .headers = {}, .body = request.body};
  for (const auto& [name, value] : request.headers) {
    if (is_added_by_httplib(name)) continue;
    std::string& values = result.headers[lower_case(name)];
    values += values.empty() ? value : ", " + value;
  }
  return result;
}

class SinkStream : public HttpStream {
 public:
  explicit SinkStream(httplib::DataSink& sink) : sink_(sink) {}

  bool write(std::string_view bytes) override {
    return bytes.empty() || sink_.write(bytes.data(), bytes.size());
  }
  bool client_is_there() override { return sink_.is_writable(); }

 private:
  httplib::DataSink& sink_;
};

bool run_stream(const std::function<bool(HttpStream&)>& stream, httplib::DataSink& sink) {
  try {
    SinkStream client(sink);
    if (!stream(client)) return false;
    sink.done();
    return true;
  } catch (...) {
    return false;  // The status is already sent: only breaking the connection can signal the error.
  }
}

void fill(httplib::Response& response, HttpAnswer answer) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (!answer.stream) {
    response.set_content(answer.body, answer.content_type);
    return;
  }
  response.set_chunked_content_provider(
      answer.content_type,
      [stream = std::move(answer.stream)](std::size_t, httplib::DataSink& sink) {
        return run_stream(stream, sink);
      });
}

std::unique_ptr<Server> make_server() {
  // httplib ignores SIGPIPE for the whole process, which would hide a missing guard in the code
  // under test, and passes on to the children it starts.
  std::unique_ptr<Server> server;
  run_keeping_sigpipe([&server] { server = std::make_unique<Server>(); });
  // Without httplib's SO_REUSEPORT: nobody else may share the port.
  server->set_socket_options([](socket_t) {});
  server->set_keep_alive_max_count(1);
  server->set_keep_alive_timeout(first_byte_timeout.count());
  server->set_read_timeout(read_timeout);
  server->set_write_timeout(write_timeout);
  server->set_payload_max_length(most_body_bytes);
  server->set_tcp_nodelay(true);
  return server;
}

}  // namespace

struct LoopbackServer::Impl {
  explicit Impl(std::function<HttpAnswer(const HttpRequest&)> f) : answer(std::move(f)) {}

  void add_routes() {
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      fill(response, answer_or_500(request));
    };
    server->Get(".*", handler).Post(".*", handler).Put(".*", handler);
    server->Patch(".*", handler).Delete(".*", handler).Options(".*", handler);
  }

  HttpAnswer answer_or_500(const httplib::Request& request) const noexcept try {
    const HttpRequest asked = to_http_request(request);
    if (is_foreign(asked)) {
      return HttpAnswer{.status = 403, .content_type = "text/plain", .body = std::string(refusal)};
    }
    return answer(asked);
  } catch (const std::exception& error) {
    return HttpAnswer{.status = 500,
                      .content_type = "text/plain",
                      .body = codex::detail::mask_secrets(error.what())};
  } catch (...) {
    return HttpAnswer{.status = 500, .content_type = "text/plain", .body = "unknown exception"};
  }

  /// A page in a browser can make requests here, too: through the name of its own server that
  /// resolves to 127.0.0.1, or to this address with its origin.
  [[nodiscard]] bool is_foreign(const HttpRequest& request) const {
    if (request.headers.contains("origin")) return true;
    const auto host = request.headers.find("host");
    if (host == request.headers.end()) return true;
    const std::string at_port = ":" + std::to_string(port);
    return host->second != "127.0.0.1" + at_port &&
           lower_case(host->second) != "localhost" + at_port;
  }

  /// Returns when the server can be stopped: httplib's `stop` does nothing before.
  void start() {
    // All threads first: nothing closes the socket of a server that did not run.
    auto queue = std::make_unique<ServerThreads>(threads);
    std::promise<bool> bound;
    listener = codex::detail::start_thread("start a server of codex::testing",
                                           [this, is_bound = bound.get_future()]() mutable {
                                             block_sigpipe_in_this_thread();
                                             if (is_bound.get()) server->listen_after_bind();
                                           });
    try {
      port = server->bind();
    } catch (...) {
      bound.set_value(false);
      listener.join();
      throw;
    }
    std::promise<void> running;
    server->new_task_queue = [&running, &queue]() -> httplib::TaskQueue* {
      httplib::TaskQueue* const given = queue.release();
      running.set_value();
      return given;
    };
    bound.set_value(true);
    running.get_future().wait();
  }

  std::function<HttpAnswer(const HttpRequest&)> answer;
  std::unique_ptr<Server> server = make_server();
  std::thread listener;
  std::once_flag stopped;
  int port = 0;
};

LoopbackServer::LoopbackServer(std::function<HttpAnswer(const HttpRequest&)> answer)
    : impl_(std::make_unique<Impl>(std::move(answer))) {
  impl_->add_routes();
  impl_->start();
}

LoopbackServer::~LoopbackServer() { stop(); }

int LoopbackServer::port() const { return impl_->port; }

void LoopbackServer::stop() noexcept {
  std::call_once(impl_->stopped, [this] {
    impl_->server->stop();
    impl_->listener.join();
  });
}

}  // namespace codex::testing::detail
