#include "law/expect.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <codex/protocol/registry.hpp>

#include "law/law.hpp"

namespace law {

namespace {

using codex::DecodeError;
using codex::protocol::find_type;

/// How an error starts, as `path | problem`; nothing when there was none.
template <class Decode>
std::optional<DecodeError> error_of(Decode&& decode) {
  try {
    (void)decode();
  } catch (const DecodeError& error) {
    return error;
  }
  return std::nullopt;
}

std::string shown(const std::optional<DecodeError>& error) {
  return error ? "\"" + error->path() + "\" " + error->problem() : "no error";
}

bool fits(const Node& node, std::int64_t value) {
  if (node.format.starts_with("uint")) return value >= 0;
  return true;
}

/// Whether a value of the node can be `value`, a small one; a union takes whatever comes.
bool takes(const Node& node, const Json& value) {
  switch (node.shape) {
    case Shape::any:
    case Shape::nothing:
    case Shape::external:
      return true;
    case Shape::alternatives:
      return true;
    case Shape::tagged:
      return !node.is_message();
    case Shape::integer:
      return value.is_number_integer() && fits(node, value.get<std::int64_t>());
    case Shape::list:
      return value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& element) {
               return takes(*node.element.node, element);
             });
    case Shape::object:
      return value.is_object() &&
             std::none_of(node.members.begin(), node.members.end(),
                          [](const Member& member) { return member.required; });
    default:
      return accepts(node, value);
  }
}

/// Where exactly: the place, or the element of a list there.
std::string blamed(const Node& node, const Json& value, const std::string& path) {
  return node.shape == Shape::list && value.is_array() ? path + "[0]" : path;
}

const Node* node_at(const Instance& instance, std::size_t place) {
  return place == Place::none ? nullptr : instance.places[place].use.node;
}

/// Whether the place is an arm of a union that can be Unknown, or a member that its arms share.
bool is_of_arm(const Instance& instance, std::size_t place) {
  const Node* parent = node_at(instance, instance.places[place].parent);
  if (!parent) return false;
  if (parent->shape == Shape::tagged) return !parent->is_message();
  return parent->shape == Shape::external || parent->shape == Shape::alternatives;
}

/// Whether the place is an optional member of a struct.
bool is_optional(const Instance& instance, std::size_t place) {
  const Place& here = instance.places[place];
  if (!here.member || here.required) return false;
  if (here.key != "params") return true;
  const Node* message = node_at(instance, instance.places[here.parent].parent);
  return !message || !message->is_message();
}

/// That unknown_parts names what stays raw.
void expect_raw(Findings& findings, const std::string& name, const Json& value,
                const std::string& path) {
  const auto parts = Value::of_json(*find_type(name), value).unknown_parts();
  if (std::find(parts.begin(), parts.end(), UnknownPart{path, "shape"}) != parts.end()) return;
  findings.note(name, "does not name " + path + ": shape", value);
}

}  // namespace

Expected expectation(const Instance& instance, std::size_t place, const Json& value) {
  const Place& here = instance.places[place];
  const Node& node = *here.use.node;
  if (here.loose) return {};
  if (value.is_null()) {
    if (here.use.nullable || node.shape == Shape::any || node.shape == Shape::nothing) return {};
    // A union keeps what it does not know, null too; but an optional member has no place for it.
    const bool has_place = !here.member || here.required || !here.member->standard.is_null();
    if (has_place && takes(node, value)) return {};
    return misfit(instance, place, {instance.path(place), "expected "});
  }
  if (takes(node, value)) return {};
  const std::string path = instance.path(place);
  const std::string blamed_path = blamed(node, value, path);
  const bool lacks_members = accepts(node, value) && value.is_object();
  if (blamed_path != path) return misfit(instance, place, {blamed_path, ""});
  return misfit(instance, place, {path, lacks_members ? "missing member" : "expected "});
}

Expected misfit(const Instance& instance, std::size_t place, Expected error) {
  for (std::size_t i = place; i != Place::none; i = instance.places[i].parent) {
    if (instance.places[i].loose) return {};
    if (is_optional(instance, i)) return {.raw_at = instance.path(i)};
    if (is_of_arm(instance, i)) return {.raw_at = instance.path(instance.places[i].parent)};
  }
  return error;
}

void expect(Findings& findings, const std::string& name, const Json& value,
            const Expected& expected) {
  const std::string text = value.dump();
  if (!expected.error_at) {
    expect_law(findings, name, text);
    if (expected.raw_at) expect_raw(findings, name, value, *expected.raw_at);
    return;
  }
  expect_error(findings, name, text, expected.error_at, expected.problem);
  const TypeInfo& type = *find_type(name);
  const auto by_text = error_of([&] { return Value::of_text(type, text); });
  const auto by_tree = error_of([&] { return Value::of_json(type, value); });
  if (shown(by_text) != shown(by_tree)) {
    findings.note(name, "as text " + shown(by_text) + ", as a tree " + shown(by_tree), value);
  }
}

void expect_error(Findings& findings, const std::string& name, std::string_view text,
                  const std::optional<std::string>& path, std::string_view problem) {
  try {
    const auto error = error_of([&] { return Value::of_text(*find_type(name), text); });
    if (error && (!path || error->path() == *path) && error->problem().starts_with(problem) &&
        std::string_view(error->what()).size() < 20000) {
      return;
    }
    findings.note(name,
                  shown(error).substr(0, 300) + ", not \"" + path.value_or("(any)") + "\" " +
                      std::string(problem),
                  std::string(text.substr(0, 600)));
  } catch (const std::exception& error) {
    findings.note(name, error.what(), std::string(text.substr(0, 600)));
  }
}

void expect_error_of_tree(Findings& findings, const std::string& name, const Json& json) {
  const auto error = error_of([&] { return Value::of_json(*find_type(name), json); });
  if (!error) findings.note(name, "no error");
}

void expect_law(Findings& findings, const std::string& name, std::string_view text, bool may_fail) {
  try {
    const Json json = Json::parse(text);
    if (const auto problem = broken_law(*find_type(name), text, json)) {
      findings.note(name, *problem, json);
    }
  } catch (const std::exception& error) {
    if (may_fail && dynamic_cast<const DecodeError*>(&error)) return;
    findings.note(name, error.what(), std::string(text.substr(0, 600)));
  }
}

}  // namespace law
