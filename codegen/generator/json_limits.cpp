#include "json_limits.hpp"

#include <string>
#include <vector>

#include "schema.hpp"

namespace codegen {
namespace {

/// Reads brackets, commas and strings, and tracks its position.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  void run() {
    for (; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '{':
        case '[':
          open(text_[at_] == '{');
          break;
        case '}':
        case ']':
          if (!open_.empty()) open_.pop_back();
          break;
        case ',':
          count();
          break;
        case ':':
          if (!open_.empty()) open_.back().name = last_string_;
          break;
        case '"':
          string();
          break;
        default:
          break;
      }
    }
  }

 private:
  struct Container {
    bool object;
    std::size_t members = 0;
    std::string_view name = {};
  };

  void open(bool object) {
    if (open_.size() == JsonLimits::depth) {
      refuse("nests deeper than", JsonLimits::depth, "levels");
    }
    open_.push_back({.object = object});
    count();
  }

  /// Once for each container, and once for each comma in it.
  void count() {
    if (++values_ > JsonLimits::values) refuse("has more than", JsonLimits::values, "values");
    if (!open_.empty() && ++open_.back().members > JsonLimits::members) {
      refuse("has more than", JsonLimits::members, "members");
    }
  }

  void string() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    last_string_ = text_.substr(begin, std::min(at_, text_.size()) - begin);
    const auto next = text_.find_first_not_of(" \t\r\n", at_ + 1);
    const bool is_name = next != text_.npos && text_[next] == ':';
    if (is_name && last_string_.size() > JsonLimits::name) {
      refuse("has a name of more than", JsonLimits::name, "bytes");
    }
  }

  [[noreturn]] void refuse(const char* what, std::size_t limit, const char* unit) const {
    throw SchemaError(place(), std::string(what) + " " + std::to_string(limit) + " " + unit);
  }

  /// The first steps of a JSON pointer, which identify the definition.
  [[nodiscard]] std::string place() const {
    constexpr std::size_t steps = 12;
    std::string out = "#";
    for (std::size_t i = 0; i < open_.size() && i < steps; ++i) {
      const Container& container = open_[i];
      if (container.object && container.name.empty()) break;
      out += "/" + (container.object ? std::string(container.name)
                                     : std::to_string(container.members - 1));
    }
    return open_.size() > steps ? out + "/..." : out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  std::vector<Container> open_;
  std::string_view last_string_;
};

}  // namespace

void check_limits(std::string_view json) {
  if (json.size() > JsonLimits::bytes) {
    throw SchemaError("#", "is larger than " + std::to_string(JsonLimits::bytes) + " bytes");
  }
  Scan(json).run();
}

}  // namespace codegen
