#include <string>
#include <utility>
#include <vector>

#include <codex/protocol/support/codec.hpp>

#include "access.hpp"
#include "failure.hpp"
#include "lookup.hpp"
#include "presence.hpp"
#include "shapes.hpp"

namespace codex::protocol::detail {

namespace {

/// Walks a value and records unknown parts with their paths.
class Search {
 public:
  void value(const TypeInfo& type, const void* value);

  std::vector<UnknownPart> take() { return std::move(parts_); }
  std::vector<UnknownPart> take_misfits() { return std::move(misfits_); }

 private:
  void enumeration(const EnumInfo& info, const void* value);
  void object(const ObjectInfo& info, const void* value, const Shared& shared);
  void members(const ObjectInfo& info, const void* value, const Shared& shared);
  void fields(std::span<const Field> fields, const void* value);
  void any_of(const UnionInfo& info, const void* value);
  void unknown(const UnionInfo& info, const Json& raw);
  void message(const MessageInfo& info, const void* value);
  void list(const ListInfo& info, const void* value);
  void map(const MapInfo& info, const void* value);

  void note(std::string what) { parts_.push_back({path_, std::move(what)}); }
  void note_misfit() {
    note("shape");
    misfits_.push_back(parts_.back());
  }
  void note(std::string_view what, std::string_view name) {
    note(std::string(what) + " \"" + shortened(name) + "\"");
  }

  template <class Work>
  void under(std::string_view key, Work&& work) {
    const std::size_t size = path_.size();
    append_key(path_, key);
    work();
    path_.resize(size);
  }
  template <class Work>
  void under(std::size_t index, Work&& work) {
    const std::size_t size = path_.size();
    append_index(path_, index);
    work();
    path_.resize(size);
  }

  std::string path_;
  std::vector<UnknownPart> parts_;
  std::vector<UnknownPart> misfits_;  // those of another type than in the tables
};

void Search::value(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::boolean:
    case Kind::int32:
    case Kind::int64:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
    case Kind::number:
    case Kind::string:
    case Kind::json:
      return;
    case Kind::enumeration:
      return enumeration(as<EnumInfo>(type), value);
    case Kind::object:
      return object(as<ObjectInfo>(type), value, {});
    case Kind::union_:
      return any_of(as<UnionInfo>(type), value);
    case Kind::message:
      return message(as<MessageInfo>(type), value);
    case Kind::list:
      return list(as<ListInfo>(type), value);
    case Kind::map:
      return map(as<MapInfo>(type), value);
    case Kind::optional:
    case Kind::nullable: {
      const auto& info = as<OptionalInfo>(type);
      if (const void* element = info.get(value)) this->value(*info.element, element);
      return;
    }
    case Kind::defaulted: {
      const auto& info = as<DefaultedInfo>(type);
      return this->value(*info.element, info.get(value));
    }
  }
}

void Search::enumeration(const EnumInfo& info, const void* value) {
  const auto& held = ref<OpenEnumBase>(value);
  if (!held.is_known()) note("enum value", EnumAccess::spelling(held, info));
}

void Search::object(const ObjectInfo& info, const void* value, const Shared& shared) {
  if (info.wrapper.empty()) return members(info, value, shared);
  under(info.wrapper, [&] { members(info, value, shared); });
}

void Search::members(const ObjectInfo& info, const void* value, const Shared& shared) {
  fields(info.fields, value);
  const auto& extra = ref<Extra>(at(value, info.extra_offset));
  for (const auto& [name, member] : extra.json().get_ref<const Json::object_t&>()) {
    const ExtraMember kind = extra_member(info, value, shared, name);
    if (kind == ExtraMember::ignored) continue;
    if (kind == ExtraMember::misfit) {
      under(name, [&] { note_misfit(); });
    } else if (info.others != OtherMembers::open) {
      under(name, [&] { note("member"); });
    }
  }
}

void Search::fields(std::span<const Field> fields, const void* value) {
  for (const Field& field : fields) {
    under(field.name, [&] { this->value(*field.type, at(value, field.offset)); });
  }
}

void Search::any_of(const UnionInfo& info, const void* value) {
  const auto [arm, held] = info.held(value);
  if (arm == info.arms.size()) return unknown(info, ref<Unknown>(held).raw);
  fields(shared_fields(info), value);
  const TypeInfo& type = *info.arms[arm].type;
  if (type.kind != Kind::object) return this->value(type, held);
  object(as<ObjectInfo>(type), held, {shared_fields(info), value});
}

void Search::unknown(const UnionInfo& info, const Json& raw) {
  if (is_claimed(info, raw)) return note_misfit();
  if (info.style == UnionStyle::tagged && raw.is_object()) {
    const auto tag = raw.find(info.tag);
    if (tag != raw.end() && tag->is_string()) {
      return under(info.tag, [&] { note("tag", tag->get_ref<const std::string&>()); });
    }
  }
  if (info.style == UnionStyle::external && raw.is_object() && raw.size() == 1 &&
      find_arm(info, raw.begin().key()) == nowhere) {
    return under(raw.begin().key(), [&] { note("member"); });
  }
  note("shape");
}

void Search::message(const MessageInfo& info, const void* value) {
  const auto& message = ref<MethodMessage>(value);
  const void* params = MessageAccess::params(message);
  if (!message.is_known()) {
    under("method", [&] { note("method", message.method()); });
  } else if (MessageAccess::type(message) == &NoParams::type_info) {
    const auto& raw = message.raw_params();
    if (raw && !raw->empty()) under("params", [&] { note("member"); });
  } else if (params) {
    under("params", [&] { this->value(*MessageAccess::type(message), params); });
  }
  members(info, value, {});
}

void Search::list(const ListInfo& info, const void* value) {
  const void* elements = info.data(value);
  for (std::size_t i = 0; i < info.size(value); ++i) {
    under(i, [&] { this->value(*info.element, at(elements, i * info.element_size)); });
  }
}

void Search::map(const MapInfo& info, const void* value) {
  struct Context {
    Search& search;
    const TypeInfo& element;
  } context{*this, *info.element};
  info.each(value, &context, [](void* context, std::string_view key, const void* element) {
    auto& [search, type] = ref<Context>(context);
    search.under(key, [&, &search = search, &type = type] { search.value(type, element); });
  });
}

}  // namespace

std::vector<UnknownPart> unknown_parts(const TypeInfo& type, const void* value) {
  Search search;
  search.value(type, value);
  return search.take();
}

std::vector<UnknownPart> misfits(const TypeInfo& type, const void* value) {
  Search search;
  search.value(type, value);
  return search.take_misfits();
}

}  // namespace codex::protocol::detail
