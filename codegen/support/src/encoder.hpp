#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <codex/protocol/support/extra.hpp>
#include <codex/protocol/support/tables.hpp>
#include <codex/protocol/support/union.hpp>

#include "access.hpp"
#include "presence.hpp"

namespace codex::protocol::detail {

/// The encoding algorithm, over a place that takes JSON values: a spot in a text, or in a tree.
/// `Out` is a cheap handle of the place.
template <class Out>
class Encoder {
 public:
  /// Writes a value, `depth` levels below the top.
  static void value(Out out, const TypeInfo& type, const void* value, std::size_t depth);

 private:
  using Object = typename Out::Object;

  static void object(Out out, const ObjectInfo& info, const void* value, std::size_t depth,
                     const Shared& shared);
  static void plain_object(Out out, const ObjectInfo& info, const void* value, std::size_t depth,
                           const Shared& shared);
  static void fields(Object& object, std::span<const Field> fields, const void* value,
                     std::size_t depth);
  static void extra(Object& object, const ObjectInfo& info, const void* value, std::size_t depth,
                    const Shared& shared);
  static void any_of(Out out, const UnionInfo& info, const void* value, std::size_t depth);
  static void message(Out out, const MessageInfo& info, const void* value, std::size_t depth);
  static void list(Out out, const ListInfo& info, const void* value, std::size_t depth);
  static void map(Out out, const MapInfo& info, const void* value, std::size_t depth);
  static void element_or_null(Out out, const OptionalInfo& info, const void* value,
                              std::size_t depth);
};

template <class Out>
void Encoder<Out>::value(Out out, const TypeInfo& type, const void* value, std::size_t depth) {
  switch (type.kind) {
    case Kind::boolean:
      return out.boolean(ref<bool>(value));
    case Kind::int32:
      return out.integer(std::int64_t{ref<std::int32_t>(value)});
    case Kind::int64:
      return out.integer(ref<std::int64_t>(value));
    case Kind::uint16:
      return out.integer(std::uint64_t{ref<std::uint16_t>(value)});
    case Kind::uint32:
      return out.integer(std::uint64_t{ref<std::uint32_t>(value)});
    case Kind::uint64:
      return out.integer(ref<std::uint64_t>(value));
    case Kind::number:
      return out.number(ref<double>(value));
    case Kind::string:
      return out.string(ref<std::string>(value));
    case Kind::json:
      return out.json(ref<Json>(value), depth);
    case Kind::enumeration:
      return out.string(EnumAccess::spelling(ref<OpenEnumBase>(value), as<EnumInfo>(type)));
    case Kind::object:
      return object(out, as<ObjectInfo>(type), value, depth, {});
    case Kind::union_:
      return any_of(out, as<UnionInfo>(type), value, depth);
    case Kind::message:
      return message(out, as<MessageInfo>(type), value, depth);
    case Kind::list:
      return list(out, as<ListInfo>(type), value, depth);
    case Kind::map:
      return map(out, as<MapInfo>(type), value, depth);
    case Kind::optional:
    case Kind::nullable:
      return element_or_null(out, as<OptionalInfo>(type), value, depth);
    case Kind::defaulted: {
      const auto& info = as<DefaultedInfo>(type);
      return Encoder::value(out, *info.element, info.get(value), depth);
    }
  }
}

template <class Out>
void Encoder<Out>::object(Out out, const ObjectInfo& info, const void* value, std::size_t depth,
                          const Shared& shared) {
  if (info.wrapper.empty()) return plain_object(out, info, value, depth, shared);
  auto wrapper = out.object();
  plain_object(wrapper.member(info.wrapper), info, value, depth + 1, shared);
  wrapper.close();
}

template <class Out>
void Encoder<Out>::plain_object(Out out, const ObjectInfo& info, const void* value,
                                std::size_t depth, const Shared& shared) {
  auto object = out.object();
  if (!info.tag.empty()) object.member(info.tag).string(info.tag_value);
  fields(object, shared.fields, shared.value, depth + 1);
  fields(object, info.fields, value, depth + 1);
  extra(object, info, value, depth + 1, shared);
  object.close();
}

template <class Out>
void Encoder<Out>::fields(Object& object, std::span<const Field> fields, const void* value,
                          std::size_t depth) {
  for (const Field& field : fields) {
    const TypeInfo& type = *field.type;
    const void* member = at(value, field.offset);
    if (type.kind == Kind::optional || type.kind == Kind::nullable) {
      const auto& info = as<OptionalInfo>(type);
      if (const void* element = info.get(member)) {
        Encoder::value(object.member(field.name), *info.element, element, depth);
      } else if (field.required || is_null(type, member)) {
        object.member(field.name).null();
      }
    } else if (field.required || !is_absent(type, member)) {
      Encoder::value(object.member(field.name), type, member, depth);
    }
  }
}

template <class Out>
void Encoder<Out>::extra(Object& object, const ObjectInfo& info, const void* value,
                         std::size_t depth, const Shared& shared) {
  const auto& extra = ref<Extra>(at(value, info.extra_offset));
  if (extra.empty()) return;
  for (const auto& [name, member] : extra.json().template get_ref<const Json::object_t&>()) {
    if (extra_member(info, value, shared, name) == ExtraMember::ignored) continue;
    object.entry(name).json(member, depth);
  }
}

template <class Out>
void Encoder<Out>::any_of(Out out, const UnionInfo& info, const void* value, std::size_t depth) {
  const auto [arm, held] = info.held(value);
  if (arm == info.arms.size()) return out.json(ref<Unknown>(held).raw, depth);
  const TypeInfo& type = *info.arms[arm].type;
  if (type.kind != Kind::object) return Encoder::value(out, type, held, depth);
  object(out, as<ObjectInfo>(type), held, depth, {shared_fields(info), value});
}

template <class Out>
void Encoder<Out>::message(Out out, const MessageInfo& info, const void* value, std::size_t depth) {
  const auto& message = ref<MethodMessage>(value);
  auto object = out.object();
  object.member("method").string(message.method());
  fields(object, info.fields, value, depth + 1);
  const TypeInfo* type = MessageAccess::type(message);
  const void* params = MessageAccess::params(message);
  if (const auto& raw = message.raw_params()) {
    object.member("params").json(*raw, depth + 1);
  } else if (type && params && type != &NoParams::type_info) {
    Encoder::value(object.member("params"), *type, params, depth + 1);
  }
  extra(object, info, value, depth + 1, {});
  object.close();
}

template <class Out>
void Encoder<Out>::list(Out out, const ListInfo& info, const void* value, std::size_t depth) {
  const std::size_t size = info.size(value);
  auto list = out.list(size);
  const void* element = info.data(value);
  for (std::size_t i = 0; i < size; ++i) {
    Encoder::value(list.element(), *info.element, at(element, i * info.element_size), depth + 1);
  }
  list.close();
}

template <class Out>
void Encoder<Out>::map(Out out, const MapInfo& info, const void* value, std::size_t depth) {
  struct Context {
    Object object;
    const TypeInfo& element;
    std::size_t depth;
  } context{out.object(), *info.element, depth + 1};
  info.each(value, &context, [](void* context, std::string_view key, const void* element) {
    auto& [object, type, depth] = ref<Context>(context);
    Encoder::value(object.entry(key), type, element, depth);
  });
  context.object.close();
}

template <class Out>
void Encoder<Out>::element_or_null(Out out, const OptionalInfo& info, const void* value,
                                   std::size_t depth) {
  const void* element = info.get(value);
  element ? Encoder::value(out, *info.element, element, depth) : out.null();
}

}  // namespace codex::protocol::detail
