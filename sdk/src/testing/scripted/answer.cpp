#include <utility>

#include "testing/scripted/steps.hpp"

namespace codex::testing {
namespace {

Answer& add(Answer& answer, detail::Steps& steps, detail::Step step) {
  steps.list.push_back(std::move(step));
  return answer;
}

}  // namespace

Answer::Answer() : steps_(std::make_unique<detail::Steps>()) {}
Answer::Answer(const Answer& other) : steps_(std::make_unique<detail::Steps>(*other.steps_)) {}
Answer& Answer::operator=(const Answer& other) {
  if (this != &other) steps_ = std::make_unique<detail::Steps>(*other.steps_);
  return *this;
}
Answer::~Answer() = default;

Answer& Answer::result(Json result) {
  return add(*this, *steps_, detail::Respond{"result", std::move(result)});
}

Answer& Answer::error(std::int64_t code, std::string message, Json data) {
  Json content = {{"code", code}, {"message", std::move(message)}};
  if (!data.is_null()) content["data"] = std::move(data);
  return add(*this, *steps_, detail::Respond{"error", std::move(content)});
}

Answer& Answer::notify(std::string method, Json params) {
  return flood(1, std::move(method), std::move(params));
}

Answer& Answer::ask(std::string method, Json params) {
  return add(*this, *steps_, detail::Ask{std::move(method), std::move(params), std::nullopt});
}

Answer& Answer::ask(std::string method, Json params, Json expected) {
  return add(*this, *steps_,
             detail::Ask{std::move(method), std::move(params), std::move(expected)});
}

Answer& Answer::then(const Answer& other) {
  const std::vector<detail::Step> more = other.steps_->list;  // a copy: `other` may be this one
  steps_->list.insert(steps_->list.end(), more.begin(), more.end());
  return *this;
}

Answer& Answer::turn(std::string text) { return begin_turn().say(std::move(text)).end_turn(); }

Answer& Answer::begin_turn() { return add(*this, *steps_, detail::BeginTurn{}); }

Answer& Answer::say(std::string text) { return say_deltas({std::move(text)}); }

Answer& Answer::say_deltas(std::vector<std::string> pieces) {
  return add(*this, *steps_, detail::Say{std::move(pieces)});
}

Answer& Answer::end_turn(std::string status) {
  return add(*this, *steps_, detail::EndTurn{std::move(status)});
}

Answer& Answer::wait_for(Gate gate) { return add(*this, *steps_, detail::Hold{std::move(gate)}); }

Answer& Answer::delay(std::chrono::milliseconds time) {
  return add(*this, *steps_, detail::Pause{time});
}

Answer& Answer::message(Json message) {
  return add(*this, *steps_, detail::RawMessage{std::move(message)});
}

Answer& Answer::raw(std::string bytes) {
  return add(*this, *steps_, detail::RawBytes{std::move(bytes)});
}

Answer& Answer::split_at(std::vector<std::size_t> offsets) {
  return add(*this, *steps_, detail::SplitNext{std::move(offsets)});
}

Answer& Answer::flood(std::size_t count, std::string method, Json params) {
  return add(*this, *steps_, detail::Notify{std::move(method), std::move(params), count});
}

Answer& Answer::endless_line(std::size_t bytes) {
  return add(*this, *steps_, detail::EndlessLine{bytes});
}

Answer& Answer::log(std::string text) { return add(*this, *steps_, detail::Log{std::move(text)}); }

Answer& Answer::stall() { return add(*this, *steps_, detail::Stall{}); }

Answer& Answer::ignore_shutdown() { return add(*this, *steps_, detail::IgnoreShutdown{}); }

Answer& Answer::close_stdout() { return add(*this, *steps_, detail::CloseStdout{}); }

Answer& Answer::close_stdin() { return add(*this, *steps_, detail::CloseStdin{}); }

Answer& Answer::exit(int code) {
  return add(*this, *steps_, detail::End{ExitStatus{.code = code}});
}

Answer& Answer::die(int signal) {
  return add(*this, *steps_, detail::End{ExitStatus{.signal = signal}});
}

Answer& Answer::exit_after(std::size_t bytes, int code) {
  return add(*this, *steps_, detail::EndAfter{bytes, ExitStatus{.code = code}});
}

}  // namespace codex::testing
