#include <codex/client.hpp>
#include <codex/errors.hpp>

#include "client/client_core.hpp"
#include "client/params.hpp"

namespace codex {
namespace {

/// The id of the thread in a response. Not by the typed response, so that a runtime whose threads
/// look different can be worked with all the same.
std::string thread_id_of(std::string_view method, std::string_view result) {
  const Json json = Json::parse(result, nullptr, false);
  const Json::json_pointer path("/thread/id");
  if (!json.is_object() || !json.contains(path) || !json[path].is_string()) {
    throw DecodeError("thread.id", "expected string", std::string(method));
  }
  return json[path].get<std::string>();
}

}  // namespace

Codex::Codex(CodexConfig config) : client_(std::make_shared<detail::Client>(std::move(config))) {}
Codex::Codex(Codex&&) noexcept = default;

Codex& Codex::operator=(Codex&& other) noexcept {
  if (this == &other) return *this;
  close();
  client_ = std::move(other.client_);
  return *this;
}

Codex::~Codex() { close(); }

const Metadata& Codex::metadata() const { return client().metadata(); }

detail::Client& Codex::client() const {
  if (!client_) throw TransportClosedError("This Codex was moved from: it has no runtime");
  return *client_;
}

void Codex::close() noexcept {
  if (client_) client_->close();
}

Thread Codex::thread_start(const ThreadStartOptions& options) {
  constexpr std::string_view method = protocol::requests::ThreadStart::method;
  const std::string result = client().call(method, detail::thread_start_params(options),
                                           {.timeout = options.timeout, .stop = options.stop});
  return {client_, thread_id_of(method, result)};
}

Json Codex::request(std::string_view method, const Json& params, const CallOptions& options) {
  const std::string text = params.is_null()
                               ? std::string()
                               : params.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string result = request_text(method, text, options);
  try {
    return Json::parse(result);
  } catch (const Json::exception& error) {
    throw DecodeError("", error.what(), std::string(method));
  }
}

std::string Codex::request_text(std::string_view method, std::string params,
                                const CallOptions& options) {
  return client().call(method, std::move(params), options);
}

}  // namespace codex
