#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <codex/protocol/support/codec.hpp>
#include <codex/protocol/support/extra.hpp>
#include <codex/protocol/support/no_params.hpp>
#include <codex/protocol/support/tables.hpp>
#include <codex/protocol/support/union.hpp>

#include "access.hpp"
#include "failure.hpp"
#include "field_order.hpp"
#include "json_type.hpp"
#include "lookup.hpp"
#include "number.hpp"
#include "shapes.hpp"

namespace codex::protocol::detail {

/// Reads a tree into a value, which must be fresh. Throws Failure.
void decode_tree(const TypeInfo& type, void* value, const Json& json);

/// Where a member is kept: in an object, or in the union around it, and, when it does not fit, raw
/// in `extra`.
struct Home {
  const TypeInfo& type;
  void* value;
  Extra& extra;
};

/// Reads an optional member, which must be absent, from a tree. Keeps it raw if it does not fit.
void decode_member_tree(const Field& field, const Home& home, Json json);

/// Makes a member that is not required absent again.
void make_absent(const Field& field, const Home& home);

/// Which members of an object were read.
class Seen {
 public:
  /// Whether it came before.
  bool add(std::size_t index) noexcept {
    std::uint64_t& word = words_[index / 64];
    const std::uint64_t bit = std::uint64_t{1} << (index % 64);
    const bool before = word & bit;
    word |= bit;
    return before;
  }
  [[nodiscard]] bool has(std::size_t index) const noexcept {
    return words_[index / 64] >> (index % 64) & 1;
  }
  [[nodiscard]] bool has_all(const ObjectInfo::FieldSet& wanted) const noexcept {
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) missing |= wanted[i] & ~words_[i];
    return missing == 0;
  }

 private:
  ObjectInfo::FieldSet words_ = {};
};

/// The decoding algorithm, over a source of JSON values: text or a tree. It goes down the tables
/// and the values side by side.
template <class Source>
class Decoder {
 public:
  explicit Decoder(Source& source) noexcept : source_(source) {}

  /// Reads the source's next value into `target`, which must be fresh.
  void value(const TypeInfo& type, void* target);

  /// Reads it into an optional member, which must be absent.
  void optional_member(const Field& field, const Home& home) { member(field, home); }

 private:
  /// The union around an arm, whose shared members come with those of the arm.
  struct Owner {
    const UnionInfo* info = nullptr;
    void* value = nullptr;
  };

  [[noreturn]] void mismatch(const TypeInfo& type);
  void expect(JsonType wanted, const TypeInfo& type) {
    if (!source_.is(wanted)) mismatch(type);
  }
  void enter() {
    if (++depth_ > max_depth) throw Failure::too_deep();
  }
  void leave() noexcept { --depth_; }

  [[gnu::noinline]] void boolean(const TypeInfo& type, void* target);
  [[gnu::noinline]] void string(const TypeInfo& type, void* target);
  [[gnu::noinline]] void json(void* target);
  template <class Int>
  [[gnu::noinline]] void integer(const TypeInfo& type, void* target);
  template <class Int>
  [[noreturn]] void not_integer(const TypeInfo& type, bool whole);
  [[gnu::noinline]] void number(const TypeInfo& type, void* target);
  [[gnu::noinline]] void enumeration(const EnumInfo& info, void* target);
  [[gnu::noinline]] void list(const ListInfo& info, void* target);
  [[gnu::noinline]] void map(const MapInfo& info, void* target);
  [[gnu::noinline]] void optional(const OptionalInfo& info, void* target);
  [[gnu::noinline]] void nullable(const NullableInfo& info, void* target);

  [[gnu::noinline]] void defaulted(const DefaultedInfo& info, void* target);

  [[gnu::noinline]] void object(const ObjectInfo& info, void* target);
  void plain_object(const ObjectInfo& info, void* target);
  void field(const Field& field, void* object);
  void member(const Field& field, const Home& home);
  [[gnu::noinline]] static void forget(const Field& field, const Home& home);
  [[gnu::noinline]] void keep_raw(const Field& field, const Home& home);
  template <class Other>
  void members(const ObjectInfo& info, void* target, Members which, Other&& other);
  static void require(std::span<const Field> fields, const Seen& seen);
  bool is_tag(const ObjectInfo& info);

  [[gnu::noinline]] void any_of(const UnionInfo& info, void* target);
  void tagged(const UnionInfo& info, void* target);
  std::size_t arm_of_next(const UnionInfo& info, Members& left);
  bool arm(const ObjectInfo& info, void* target, const Owner& owner, Members which);
  void by_key(const UnionInfo& info, void* target);
  void by_shape(const UnionInfo& info, void* target);
  template <class Read>
  bool fits(Read&& read);
  template <class Read>
  void arm_or_unknown(const UnionInfo& info, void* target, Read&& read);
  void unknown(const UnionInfo& info, void* target);
  static void shared_of_unknown(const UnionInfo& info, void* target, const Json& raw);
  void from_tree(const UnionInfo& info, std::size_t arm, void* target, const Json& tree);

  [[gnu::noinline]] void message(const MessageInfo& info, void* target);
  void params(const MethodInfo* method, MethodMessage& message);
  void check(typename Source::Mark skipped);
  void no_params(const MethodInfo* method, MethodMessage& message);

  Source& source_;
  FieldOrder& order_ = field_order;
  std::size_t depth_ = 0;
};

template <class Source>
void Decoder<Source>::value(const TypeInfo& type, void* target) {
  switch (type.kind) {
    case Kind::boolean:
      return boolean(type, target);
    case Kind::int32:
      return integer<std::int32_t>(type, target);
    case Kind::int64:
      return integer<std::int64_t>(type, target);
    case Kind::uint16:
      return integer<std::uint16_t>(type, target);
    case Kind::uint32:
      return integer<std::uint32_t>(type, target);
    case Kind::uint64:
      return integer<std::uint64_t>(type, target);
    case Kind::number:
      return number(type, target);
    case Kind::string:
      return string(type, target);
    case Kind::json:
      return json(target);
    case Kind::enumeration:
      return enumeration(as<EnumInfo>(type), target);
    case Kind::object:
      return object(as<ObjectInfo>(type), target);
    case Kind::union_:
      return any_of(as<UnionInfo>(type), target);
    case Kind::message:
      return message(as<MessageInfo>(type), target);
    case Kind::list:
      return list(as<ListInfo>(type), target);
    case Kind::map:
      return map(as<MapInfo>(type), target);
    case Kind::optional:
      return optional(as<OptionalInfo>(type), target);
    case Kind::nullable:
      return nullable(as<NullableInfo>(type), target);
    case Kind::defaulted:
      return defaulted(as<DefaultedInfo>(type), target);
  }
}

template <class Source>
void Decoder<Source>::mismatch(const TypeInfo& type) {
  throw Failure("expected " + std::string(expectation(type)) + ", got " +
                std::string(json_type_name(source_.type())));
}

template <class Source>
void Decoder<Source>::boolean(const TypeInfo& type, void* target) {
  expect(JsonType::boolean, type);
  ref<bool>(target) = source_.boolean();
}

template <class Source>
void Decoder<Source>::string(const TypeInfo& type, void* target) {
  expect(JsonType::string, type);
  source_.string(ref<std::string>(target));
}

template <class Source>
void Decoder<Source>::json(void* target) {
  ref<Json>(target) = source_.json(depth_);
}

template <class Source>
template <class Int>
void Decoder<Source>::integer(const TypeInfo& type, void* target) {
  expect(JsonType::number, type);
  const auto before = source_.mark();
  const Number number = source_.number();
  const auto fits = [&](auto value) {
    if (!std::in_range<Int>(value)) return false;
    ref<Int>(target) = static_cast<Int>(value);
    return true;
  };
  if (number.kind == Number::Kind::whole && fits(number.bits)) return;
  if (number.kind == Number::Kind::negative && fits(number.as_signed())) return;
  source_.rewind(before);
  not_integer<Int>(type, source_.is_whole());
}

template <class Source>
template <class Int>
void Decoder<Source>::not_integer(const TypeInfo& type, bool whole) {
  const std::string got = shortened(source_.number_text());
  const std::string problem = "expected " + std::string(expectation(type));
  if (!whole) throw Failure(problem + ", got number " + got);
  throw Failure(problem + " from " + std::to_string(std::numeric_limits<Int>::min()) + " to " +
                std::to_string(std::numeric_limits<Int>::max()) + ", got " + got);
}

template <class Source>
void Decoder<Source>::number(const TypeInfo& type, void* target) {
  expect(JsonType::number, type);
  const auto before = source_.mark();
  const Number number = source_.number();
  if (number.kind == Number::Kind::endless) {
    source_.rewind(before);
    throw Failure("expected a number in the range of double, got " +
                  shortened(source_.number_text()));
  }
  ref<double>(target) = number.as_double();
}

template <class Source>
void Decoder<Source>::enumeration(const EnumInfo& info, void* target) {
  expect(JsonType::string, info);
  std::string scratch;
  EnumAccess::set(ref<OpenEnumBase>(target), info, source_.string_view(scratch));
}

template <class Source>
void Decoder<Source>::list(const ListInfo& info, void* target) {
  expect(JsonType::array, info);
  enter();
  // Reserves all of a short list at once; a longer one grows as it is read.
  std::size_t size = source_.elements_ahead();
  void* elements = info.resize(target, size);
  std::size_t index = 0;
  source_.elements([&] {
    if (index == size) elements = info.resize(target, ++size);
    below(index, [&] { value(*info.element, at(elements, index * info.element_size)); });
    ++index;
  });
  leave();
}

template <class Source>
void Decoder<Source>::map(const MapInfo& info, void* target) {
  expect(JsonType::object, info);
  enter();
  std::string scratch;
  source_.members([&](std::string_view spelling) {
    const std::string_view key = source_.name(spelling, scratch);
    below(key, [&] { value(*info.element, info.insert(target, key)); });
  });
  leave();
}

template <class Source>
void Decoder<Source>::optional(const OptionalInfo& info, void* target) {
  if (source_.is(JsonType::null)) return source_.null();
  value(*info.element, info.emplace(target));
}

template <class Source>
void Decoder<Source>::nullable(const NullableInfo& info, void* target) {
  if (!source_.is(JsonType::null)) return value(*info.element, info.emplace(target));
  source_.null();
  info.set_null(target);
}

template <class Source>
void Decoder<Source>::defaulted(const DefaultedInfo& info, void* target) {
  value(*info.element, info.assign(target));
}

// Objects.

template <class Source>
void Decoder<Source>::object(const ObjectInfo& info, void* target) {
  expect(JsonType::object, info);
  if (info.wrapper.empty()) return plain_object(info, target);
  enter();
  bool found = false;
  std::string scratch;
  source_.members([&](std::string_view spelling) {
    const std::string_view name = source_.name(spelling, scratch);
    below(name, [&] {
      if (name != info.wrapper) throw Failure("unexpected member");
      if (std::exchange(found, true)) info.reset(target);
      expect(JsonType::object, info);
      plain_object(info, target);
    });
  });
  leave();
  if (!found) throw Failure("missing member \"" + std::string(info.wrapper) + "\"");
}

template <class Source>
void Decoder<Source>::plain_object(const ObjectInfo& info, void* target) {
  bool tag_came = info.tag.empty();
  members(info, target, Members::all, [&](std::string_view name) {
    if (name != info.tag || info.tag.empty()) return false;
    tag_came = true;
    expect(JsonType::string, string_type);
    if (!is_tag(info)) {
      throw Failure("expected \"" + std::string(info.tag_value) + "\", got another string");
    }
    return true;
  });
  if (!tag_came) throw Failure("missing member \"" + std::string(info.tag) + "\"");
}

/// Reads a value; whether it is the tag of that object.
template <class Source>
bool Decoder<Source>::is_tag(const ObjectInfo& info) {
  if (!source_.is(JsonType::string)) {
    source_.skip();
    return false;
  }
  std::string scratch;
  return same_text(source_.string_view(scratch), info.tag_value);
}

template <class Source>
[[gnu::always_inline]] inline void Decoder<Source>::field(const Field& field, void* object) {
  void* target = at(object, field.offset);
  // Most members of small messages are strings: these need no walk through `value`.
  if (field.type->kind == Kind::string) [[likely]] {
    expect(JsonType::string, *field.type);
    return source_.string(ref<std::string>(target));
  }
  if (field.type->kind != Kind::optional || field.required) return value(*field.type, target);
  const auto& info = as<OptionalInfo>(*field.type);
  if (source_.is(JsonType::null) && info.element->kind != Kind::json) mismatch(info);
  value(*info.element, info.emplace(target));
}

/// Reads a member; one that is not required and does not fit is kept raw.
template <class Source>
void Decoder<Source>::member(const Field& field, const Home& home) {
  const auto begin = source_.mark();
  const std::size_t depth = depth_;
  try {
    this->field(field, home.value);
  } catch (const Failure& failure) {
    if (field.required || failure.is_final()) throw;
    depth_ = depth;
    source_.rewind(begin);
    keep_raw(field, home);
  }
}

/// Clears a member that was read before: the last one wins.
template <class Source>
void Decoder<Source>::forget(const Field& field, const Home& home) {
  if (field.type->reset) field.type->reset(at(home.value, field.offset));
  home.extra.erase(field.name);
}

template <class Source>
void Decoder<Source>::keep_raw(const Field& field, const Home& home) {
  Json raw = source_.json(depth_);
  make_absent(field, home);
  // As a tree it may fit: there each member comes once.
  if (source_.repeats()) return decode_member_tree(field, home, std::move(raw));
  home.extra.set(field.name, std::move(raw));
}

template <class Source>
void Decoder<Source>::require(std::span<const Field> fields, const Seen& seen) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].required && !seen.has(i)) {
      throw Failure("missing member \"" + std::string(fields[i].name) + "\"");
    }
  }
}

/// Reads the members of an object. `other(name)` gets those that are no fields and returns whether
/// it has read them; the rest are extra. A failure within gets the member's name here, except in a
/// field that is not required, which is kept raw. One `try` surrounds all members: one for each
/// costs a tenth of the time.
template <class Source>
template <class Other>
void Decoder<Source>::members(const ObjectInfo& info, void* target, Members which, Other&& other) {
  enter();
  const std::size_t depth = depth_;
  Extra& extra = ref<Extra>(at(target, info.extra_offset));
  Seen seen;
  std::size_t previous = FieldOrder::start;
  std::string_view last;
  std::string scratch;
  const auto each = [&](std::string_view spelling) {
    last = spelling;
    std::string_view name = spelling;
    std::size_t index = order_.guess(info, name, previous);
    if (index == nowhere) {
      if (other(name)) return;
      index = order_.find(info, name, previous);
    }
    if (index == nowhere) {  // no name in a table needs escapes
      name = source_.name(spelling, scratch);
      if (name.data() != spelling.data()) {
        if (other(name)) return;
        index = find_field(info, name);
      }
    }
    if (index == nowhere) return extra.set(name, source_.json(depth_));
    previous = index + 1;
    const Field& field = info.fields[index];
    if (seen.add(index)) [[unlikely]]
      forget(field, {info, target, extra});
    this->field(field, target);
  };
  source_.members(which, each, [&](Failure& failure) {
    const std::string_view name = source_.name(last, scratch);
    below(name, [&] {
      const std::size_t index = find_field(info, name);
      if (index == nowhere || info.fields[index].required || failure.is_final()) throw;
      depth_ = depth;
      source_.rewind_to_member(last);
      keep_raw(info.fields[index], {info, target, extra});
    });
  });
  if (!seen.has_all(info.required)) require(info.fields, seen);
  leave();
}

// Unions.

template <class Source>
void Decoder<Source>::any_of(const UnionInfo& info, void* target) {
  switch (info.style) {
    case UnionStyle::tagged:
      return tagged(info, target);
    case UnionStyle::external:
      return by_key(info, target);
    case UnionStyle::shape:
      return by_shape(info, target);
  }
}

/// Calls `read`; false if the value does not fit. Parts that were read stay.
template <class Source>
template <class Read>
bool Decoder<Source>::fits(Read&& read) {
  const std::size_t depth = depth_;
  try {
    read();
    return true;
  } catch (const Failure& failure) {
    if (failure.is_final()) throw;
    depth_ = depth;
    return false;
  }
}

/// Reads the next value as an arm of a union, with `read`. One that does not fit is Unknown.
template <class Source>
template <class Read>
void Decoder<Source>::arm_or_unknown(const UnionInfo& info, void* target, Read&& read) {
  const auto begin = source_.mark();
  if (fits(read)) return;
  source_.rewind(begin);
  info.reset(target);
  Json raw = source_.json(depth_);
  // As a tree it may fit: there each member comes once.
  if (source_.repeats()) return decode_tree(info, target, raw);
  ref<Unknown>(info.emplace(target, info.arms.size())).raw = std::move(raw);
}

template <class Source>
void Decoder<Source>::unknown(const UnionInfo& info, void* target) {
  ref<Unknown>(info.emplace(target, info.arms.size())).raw = source_.json(depth_);
}

/// The arms from `arms.size()` on are Unknown.
template <class Source>
void Decoder<Source>::from_tree(const UnionInfo& info, std::size_t arm, void* target,
                                const Json& tree) {
  if (arm < info.arms.size() &&
      fits([&] { decode_tree(*info.arms[arm].type, info.emplace(target, arm), tree); })) {
    return;
  }
  ref<Unknown>(info.emplace(target, info.arms.size())).raw = tree;
}

template <class Source>
void Decoder<Source>::tagged(const UnionInfo& info, void* target) {
  if (!source_.is(JsonType::object)) return unknown(info, target);
  const auto before = source_.mark();
  Members left = Members::all;
  const std::size_t chosen = arm_of_next(info, left);
  if (chosen != nowhere) {
    const auto& type = as<ObjectInfo>(*info.arms[chosen].type);
    bool is_this = false;
    const auto read = [&] {
      is_this = arm(type, info.emplace(target, chosen), {&info, target}, left);
    };
    if (fits(read) && is_this) return;
  }
  // No arm, one that does not fit, or two: a text may repeat members, the tag too, and then the
  // last one wins, as it does in a tree.
  source_.rewind(before);
  Json scratch;
  const Json& tree = source_.tree(scratch, depth_);
  info.reset(target);
  if (source_.repeats() && arm_by_tag(info, tree) != nowhere) {
    return decode_tree(info, target, tree);
  }
  ref<Unknown>(info.emplace(target, info.arms.size())).raw = tree;
  shared_of_unknown(info, target, tree);
}

/// An unknown arm need not have the members that its siblings share.
template <class Source>
void Decoder<Source>::shared_of_unknown(const UnionInfo& info, void* target, const Json& raw) {
  for (const Field& field : shared_fields(info)) {
    const auto found = raw.find(field.name);
    if (found == raw.end() || !matches(*field.type, *found, Rigour::types)) continue;
    decode_tree(*field.type, at(target, field.offset), *found);
  }
}

/// Which arm the next value, an object, belongs to, by its tag; `nowhere` if none. Reads at most
/// the tag, and only if it comes first, as it usually does: `left` says what is still to read.
template <class Source>
std::size_t Decoder<Source>::arm_of_next(const UnionInfo& info, Members& left) {
  const auto before = source_.mark();
  std::size_t found = nowhere;
  left = Source::reads_on ? Members::behind_first : Members::all;
  std::string scratch;
  source_.members_until([&](std::string_view spelling) {
    if (!same_text(source_.name(spelling, scratch), info.tag)) {
      source_.skip();
      left = Members::all;
      return false;
    }
    if (source_.is(JsonType::string)) found = find_arm(info, source_.string_view(scratch));
    return true;
  });
  if (left == Members::all) source_.rewind(before);
  return found;
}

/// Reads an object as an arm. False if the tag says that it is another one.
template <class Source>
bool Decoder<Source>::arm(const ObjectInfo& info, void* target, const Owner& owner, Members which) {
  bool is_this = true;
  Seen seen;
  const auto shared = shared_fields(*owner.info);
  const Home home{*owner.info, owner.value, ref<Extra>(at(target, info.extra_offset))};
  members(info, target, which, [&](std::string_view name) {
    if (same_text(name, info.tag)) {
      if (!is_tag(info)) is_this = false;  // final: skipped members have to be read again
      return true;
    }
    const std::size_t index = find_linear(shared, &Field::name, name);
    if (index == nowhere) return false;
    if (seen.add(index)) [[unlikely]]
      forget(shared[index], home);
    member(shared[index], home);
    return true;
  });
  if (is_this) require(shared, seen);
  return is_this;
}

template <class Source>
void Decoder<Source>::by_key(const UnionInfo& info, void* target) {
  const JsonType type = source_.type();
  if (type == JsonType::string) {
    const std::size_t chosen = find_arm(info, {});
    if (chosen == nowhere) return unknown(info, target);
    return value(*info.arms[chosen].type, info.emplace(target, chosen));
  }
  if (type != JsonType::object) return unknown(info, target);
  Json scratch;
  const Json& tree = source_.tree(scratch, depth_);
  from_tree(info, arm_by_key(info, tree), target, tree);
}

template <class Source>
void Decoder<Source>::by_shape(const UnionInfo& info, void* target) {
  const JsonType type = source_.type();
  const bool whole = type == JsonType::number && source_.is_whole();
  std::size_t candidates = 0;
  std::size_t candidate = 0;
  for (std::size_t i = 0; i < info.arms.size(); ++i) {
    if (!accepts(*info.arms[i].type, type, whole)) continue;
    candidate = i;
    ++candidates;
  }
  if (candidates == 0) return unknown(info, target);
  if (candidates == 1) {
    return arm_or_unknown(
        info, target, [&] { value(*info.arms[candidate].type, info.emplace(target, candidate)); });
  }
  Json scratch;
  const Json& tree = source_.tree(scratch, depth_);
  from_tree(info, arm_by_shape(info, tree), target, tree);
}

// Messages.

template <class Source>
void Decoder<Source>::message(const MessageInfo& info, void* target) {
  expect(JsonType::object, info);
  auto& message = ref<MethodMessage>(target);
  std::string scratch;
  bool has_method = false;
  const MethodInfo* method = nullptr;
  std::optional<typename Source::Mark> params_at;
  bool params_read = false;  // with the type of `method`: they may come before it
  const auto other = [&](std::string_view member) {
    if (same_text(member, "method")) {
      expect(JsonType::string, string_type);
      const std::string_view name = source_.string_view(scratch);
      method = find_method(info, name);
      MessageAccess::set_method(message, method, name);
      has_method = true;
      params_read = false;
    } else if (same_text(member, "params")) {
      if (params_at && !params_read) check(*params_at);  // was skipped, and this one replaces it
      params_at = source_.mark();
      params_read = has_method;
      has_method ? params(method, message) : source_.skip();
    } else {
      return false;
    }
    return true;
  };
  try {
    members(info, target, Members::all, other);
    if (!has_method) throw Failure("missing member \"method\"");
    if (!params_at) return no_params(method, message);
    if (params_read) return;
    const auto end = source_.mark();
    source_.rewind(*params_at);
    enter();
    below("params", [&] { params(method, message); });
    leave();
    source_.rewind(end);
  } catch (Failure& failure) {
    failure.of_method(message.method());
    throw;
  }
}

/// Throws Failure when the value there is no JSON.
template <class Source>
void Decoder<Source>::check(typename Source::Mark skipped) {
  const auto here = source_.mark();
  source_.rewind(skipped);
  (void)source_.json(depth_);
  source_.rewind(here);
}

/// Reads the params of the method, nullptr for an unknown one.
template <class Source>
void Decoder<Source>::params(const MethodInfo* method, MethodMessage& message) {
  const TypeInfo* type = MessageAccess::params_type(method);
  MessageAccess::clear(message);
  MessageAccess::type(message) = type;
  auto& raw = MessageAccess::raw(message);
  if (!type || type == &NoParams::type_info) {
    raw = source_.json(depth_);
    if (type) MessageAccess::params(message) = std::make_shared<const NoParams>();
    return;
  }
  if (!method->params_required && source_.is(JsonType::null)) {
    source_.null();
    raw = Json();
    return;
  }
  std::shared_ptr<void> fresh = fresh_value(*type);
  value(*type, fresh.get());
  MessageAccess::params(message) = std::move(fresh);
}

template <class Source>
void Decoder<Source>::no_params(const MethodInfo* method, MethodMessage& message) {
  const TypeInfo* type = MessageAccess::params_type(method);
  MessageAccess::type(message) = type;
  if (type == &NoParams::type_info) {
    MessageAccess::params(message) = std::make_shared<const NoParams>();
  } else if (type && method->params_required) {
    throw Failure("missing member \"params\"");
  }
}

}  // namespace codex::protocol::detail
