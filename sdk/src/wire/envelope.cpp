#include "wire/envelope.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <simdjson.h>

#include "text/ascii.hpp"
#include "wire/line_splitter.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(line_padding >= simdjson::SIMDJSON_PADDING);

// A parser holds several times the longest line it has met.
constexpr std::size_t keep_capacity = std::size_t{16} * 1024 * 1024;

std::string_view raw_token(ondemand::value& value) { return trimmed(value.raw_json_token()); }

template <class Container>
std::string_view raw_container(simdjson::simdjson_result<Container> container) {
  return trimmed(container.value().raw_json());
}

std::string_view raw_json(ondemand::value& value) {
  switch (value.type()) {
    case ondemand::json_type::object:
      return raw_container(value.get_object());
    case ondemand::json_type::array:
      return raw_container(value.get_array());
    case ondemand::json_type::string:
    case ondemand::json_type::number:
    case ondemand::json_type::boolean:
    case ondemand::json_type::null:
      break;
  }
  return raw_token(value);
}

bool is_id_token(std::string_view token) {
  return !token.empty() &&
         (token.front() == '"' || token.front() == '-' || is_ascii_digit(token.front()));
}

/// An id with more of them is no integer of 64 bits.
constexpr int max_digits = 40;

std::optional<std::int64_t> whole_number(std::string_view digits) {
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped_at, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stopped_at != end) return std::nullopt;
  return value;
}

std::string_view without_quotes(std::string_view token) {
  const bool is_quoted = token.size() >= 2 && token.front() == '"' && token.back() == '"';
  return is_quoted ? token.substr(1, token.size() - 2) : token;
}

/// The integer that a number is, also where it is written as 7.0 or 1.2E1.
std::optional<std::int64_t> integer(std::string_view number) {
  const std::size_t exponent_at = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  if (!whole_number(digits)) return std::nullopt;
  int zeros = 0;  // to be added
  if (exponent_at < number.size()) {
    std::string_view exponent = number.substr(exponent_at + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto read = whole_number(exponent);
    if (!read || *read < -max_digits || *read > max_digits) return std::nullopt;
    zeros = static_cast<int>(*read);
  }
  if (point < mantissa.size()) {
    const std::string_view fraction = mantissa.substr(point + 1);
    if (fraction.empty() || fraction.size() > max_digits) return std::nullopt;
    digits.append(fraction);
    zeros -= static_cast<int>(fraction.size());
  }
  for (; zeros < 0 && digits.ends_with('0'); ++zeros) digits.pop_back();
  if (zeros < 0) return std::nullopt;
  digits.append(static_cast<std::size_t>(zeros), '0');
  return whole_number(digits);
}

// The text of a key between its quotes.
std::string_view raw_key(simdjson::simdjson_result<ondemand::field>& field) {
  const char* begin = field.key().raw().value();
  const char* end = begin;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// No key that matters here is longer; one with escapes is read only where it may be one of them.
constexpr std::size_t longest_escaped_key = 6 * std::string_view("conversationId").size();

template <class Visit>
void each_member(simdjson::simdjson_result<ondemand::object> object, Visit visit) {
  for (simdjson::simdjson_result<ondemand::field> field : object) {
    std::string_view key = raw_key(field);
    if (key.size() <= longest_escaped_key && key.find('\\') != std::string_view::npos) {
      std::string_view plain;
      if (field.unescaped_key().get(plain) == simdjson::SUCCESS) key = plain;
    }
    ondemand::value value = field.value();
    visit(key, value);
  }
}

/// Fills the envelope of one message.
class Scan {
 public:
  explicit Scan(Message& message) : message_(message), envelope_(message.envelope) {}

  void run(ondemand::parser& parser) {
    ondemand::document document = parser.iterate(message_.text);
    each_member(document.get_object(),
                [this](std::string_view key, ondemand::value& value) { top_level(key, value); });
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
    }
    classify();
  }

 private:
  void top_level(std::string_view key, ondemand::value& value) {
    if (key == "method") {
      read_string(value, envelope_.method);
    } else if (key == "params") {
      read_params(value);
    } else if (key == "id") {
      if (const auto token = raw_token(value); is_id_token(token)) envelope_.id = token;
    } else if (key == "result") {
      has_result_ = true;
      envelope_.result = raw_json(value);
    } else if (key == "error") {
      envelope_.error = raw_json(value);
    } else if (key == "emittedAtMs") {
      read_time(raw_token(value));
    }
  }

  void read_params(ondemand::value& params) {
    if (params.type() != ondemand::json_type::object) {
      envelope_.params = raw_json(params);
      return;
    }
    const char* begin = params.raw_json_token().data();
    each_member(params.get_object(), [this](std::string_view key, ondemand::value& value) {
      inside_params(key, value);
    });
    // Having walked over the params, the parser stands at what follows them.
    const char* end = params.current_location().value();
    envelope_.params = trimmed({begin, static_cast<std::size_t>(end - begin)});
  }

  void inside_params(std::string_view key, ondemand::value& value) {
    if (key == "threadId") {
      read_id(value, envelope_.thread_id);
    } else if (key == "turnId") {
      read_id(value, envelope_.turn_id);
    } else if (key == "loginId") {
      read_id(value, envelope_.login_id);
    } else if (key == "itemId") {
      read_id(value, envelope_.item_id);
    } else if (key == "conversationId") {
      read_id(value, envelope_.conversation_id);
    } else if (key == "requestId") {
      const auto token = raw_token(value);
      envelope_.request_id = is_id_token(token) && token.size() <= max_id_bytes ? token : "";
    } else if (key == "thread") {
      read_inner(value, thread_);
    } else if (key == "turn") {
      has_root_turn_ = read_inner(value, turn_, "rootTurnId", &root_turn_);
    } else if (key == "item") {
      read_inner(value, item_, "type", &envelope_.item_type);
    }
  }

  /// Reads the id of an object, and another member; whether it has that.
  bool read_inner(ondemand::value& value, std::string_view& id, std::string_view other_key = {},
                  std::string_view* other = nullptr) {
    forget(id);
    if (other) forget(*other);
    bool has_other = false;
    if (value.type() != ondemand::json_type::object) return has_other;
    each_member(value.get_object(), [&](std::string_view key, ondemand::value& inner) {
      if (key == "id") read_id(inner, id);
      if (!other || key != other_key) return;
      has_other = true;
      read_id(inner, *other);
    });
    return has_other;
  }

  void read_id(ondemand::value& value, std::string_view& id) {
    read_string(value, id);
    if (id.size() > max_id_bytes) forget(id);
  }

  void forget(std::string_view& out) {
    message_.unescaped.remove_if([&](const std::string& old) { return old.data() == out.data(); });
    out = {};
  }

  // A slice of the text where the string has no escape, which is nearly always.
  void read_string(ondemand::value& value, std::string_view& out) {
    forget(out);
    const std::string_view token = raw_token(value);
    if (!token.starts_with('"')) return;
    if (token.find('\\') == std::string_view::npos) {
      out = token.substr(1, token.size() - 2);
    } else if (std::string_view plain; value.get_string().get(plain) == simdjson::SUCCESS) {
      out = message_.unescaped.emplace_front(plain);
    }
  }

  void read_time(std::string_view token) {
    std::int64_t time = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), time);
    if (error == std::errc{} && end == token.data() + token.size()) envelope_.emitted_at_ms = time;
  }

  void classify() {
    if (envelope_.thread_id.empty()) envelope_.thread_id = thread_;
    if (envelope_.turn_id.empty()) envelope_.turn_id = turn_;
    if (envelope_.item_id.empty()) envelope_.item_id = item_;
    if (has_root_turn_) envelope_.root_turn_id = root_turn_;
    const bool has_error = !envelope_.error.empty() && envelope_.error != "null";
    // A proxy may echo the method in a response, or write the null members of a request.
    const bool is_response = has_error || (has_result_ && envelope_.result != "null");
    if (!envelope_.method.empty() && (envelope_.id.empty() || !is_response)) {
      envelope_.kind =
          envelope_.id.empty() ? MessageKind::notification : MessageKind::server_request;
    } else if (has_error) {
      envelope_.kind = MessageKind::error;
    } else if (has_result_ || !envelope_.id.empty()) {
      envelope_.kind = MessageKind::response;
    } else {
      envelope_.problem = "an object with neither method nor id";
    }
  }

  Message& message_;
  Envelope& envelope_;
  std::string_view thread_;  // params.thread.id
  std::string_view turn_;    // params.turn.id
  std::string_view item_;    // params.item.id
  std::string_view root_turn_;
  bool has_root_turn_ = false;
  bool has_result_ = false;
};

}  // namespace

struct EnvelopeScanner::Parser {
  ondemand::parser parser;
};

EnvelopeScanner::EnvelopeScanner() : parser_(std::make_unique<Parser>()) {}
EnvelopeScanner::~EnvelopeScanner() = default;

std::shared_ptr<const Message> EnvelopeScanner::scan(std::string line, std::size_t full_size) {
  auto message = std::make_shared<Message>();
  message->full_size = full_size;
  message->text = std::move(line);
  message->text.reserve(message->text.size() + line_padding);  // which the splitter has done
  try {
    Scan(*message).run(parser_->parser);
  } catch (const simdjson::simdjson_error& error) {
    message->envelope = {};
    message->envelope.problem = error.what();
  }
  if (parser_->parser.capacity() > keep_capacity) parser_ = std::make_unique<Parser>();
  return message;
}

std::string canonical_id(std::string_view token) {
  if (const auto id = integer(without_quotes(token))) return std::to_string(*id);
  const Peek peek(token);
  return '"' + (peek.is_string() ? peek.text() : std::string(token)) + '"';
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace codex::detail
