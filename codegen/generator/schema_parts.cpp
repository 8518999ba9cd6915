#include "schema_parts.hpp"

#include <algorithm>
#include <set>

namespace codegen {
namespace {

bool has_type(const Json& schema, std::string_view name) {
  const Json* type = keyword_of(schema, "type");
  if (!type) return false;
  if (type->is_string()) return type->get_ref<const std::string&>() == name;
  return type->is_array() && std::any_of(type->begin(), type->end(), [&](const Json& one) {
           return one.is_string() && one.get_ref<const std::string&>() == name;
         });
}

bool is_null_schema(const Json& schema) {
  const Json* type = keyword_of(schema, "type");
  return type && type->is_string() && type->get_ref<const std::string&>() == "null";
}

/// The only type besides null; empty if there are several or none.
std::string only_type(const Json& schema) {
  const Json* type = keyword_of(schema, "type");
  if (!type) return "";
  if (type->is_string()) return type->get<std::string>();
  std::string out;
  for (const Json& one : type->is_array() ? *type : Json::array()) {
    if (!one.is_string() || one == "null") continue;
    if (!out.empty()) return "";
    out = one.get<std::string>();
  }
  return out;
}

const Json* object_keyword(const Json& schema, std::string_view name) {
  const Json* value = keyword_of(schema, name);
  return value && value->is_object() ? value : nullptr;
}

/// All alternatives, including null.
const Json* alternatives_of(const Json& schema) {
  for (const char* name : {"oneOf", "anyOf"}) {
    const Json* list = keyword_of(schema, name);
    if (list && list->is_array() && !list->empty()) return list;
  }
  return nullptr;
}

std::vector<const Json*> branches_of(const Json& schema) {
  std::vector<const Json*> out;
  if (const Json* list = alternatives_of(schema)) {
    for (const Json& branch : *list) {
      if (!is_null_schema(branch)) out.push_back(&branch);
    }
  }
  return out;
}

bool is_string_list(const Json* list) {
  return list && list->is_array() && !list->empty() &&
         std::all_of(list->begin(), list->end(), [](const Json& v) { return v.is_string(); });
}

bool is_string_enum(const Json& schema) {
  const Json* constant = keyword_of(schema, "const");
  return is_string_list(keyword_of(schema, "enum")) || (constant && constant->is_string());
}

/// An object with members and nothing else.
bool is_plain_object(const Json& schema) {
  return object_keyword(schema, "properties") && !alternatives_of(schema);
}

bool is_keyed(const Json& schema) {
  const Json* members = object_keyword(schema, "properties");
  const Json* others = keyword_of(schema, "additionalProperties");
  return members && members->size() == 1 && others && *others == false &&
         is_required(schema, members->begin().key());
}

std::string tag_of_branches(const std::vector<const Json*>& branches) {
  const Json* first = branches.empty() ? nullptr : object_keyword(*branches[0], "properties");
  if (!first) return "";
  for (const auto& [name, ignored] : first->items()) {
    const bool everywhere =
        std::all_of(branches.begin(), branches.end(), [&, &name = name](const Json* branch) {
          const Json* members = object_keyword(*branch, "properties");
          const Json* tag = members ? keyword_of(*members, name) : nullptr;
          return tag && literal_of(*tag) && is_required(*branch, name);
        });
    if (everywhere) return name;
  }
  return "";
}

/// Whether alternatives only say which members go together.
bool is_folded(const std::vector<const Json*>& branches) {
  const auto all = [&](auto what) { return std::all_of(branches.begin(), branches.end(), what); };
  return !branches.empty() && all([](const Json* b) { return is_plain_object(*b); }) &&
         !all([](const Json* b) { return is_keyed(*b); }) && tag_of_branches(branches).empty();
}

std::string first_required_of(const Json& schema) {
  if (const Json* members = object_keyword(schema, "properties")) {
    for (const auto& [name, ignored] : members->items()) {
      if (is_required(schema, name)) return name;
    }
  }
  return "";
}

std::string arm_name(const Json& branch, const std::string& tag) {
  if (!tag.empty()) return *literal_of(branch["properties"][tag]);
  if (is_keyed(branch)) return branch["properties"].begin().key();
  if (const std::string name = reference_of(branch); !name.empty()) return name;
  if (const std::string name = first_required_of(branch); !name.empty()) return name;
  const std::string type = only_type(branch);
  return type.empty() ? "any" : type;
}

void add_values(std::vector<ValuePart>& out, const Json& schema) {
  if (const std::string* only = literal_of(schema)) {
    const Json* description = keyword_of(schema, "description");
    const bool text = description && description->is_string();
    out.push_back({*only, &schema, text ? description->get<std::string>() : ""});
    return;
  }
  const Json* list = keyword_of(schema, "enum");
  if (!is_string_list(list)) return;
  for (const Json& value : *list) out.push_back({value.get<std::string>(), &schema, ""});
}

Form form_of_type(const Json& core) {
  if (is_string_enum(core)) return Form::enumeration;
  if (object_keyword(core, "properties")) return Form::object;
  const std::string type = only_type(core);
  if (type == "string") return Form::text;
  if (type == "integer") return Form::integer;
  if (type == "number") return Form::number;
  if (type == "boolean") return Form::boolean;
  if (type == "array") return Form::list;
  if (type == "object") {
    return object_keyword(core, "additionalProperties") ? Form::map : Form::object;
  }
  return Form::any;
}

}  // namespace

const Json* keyword_of(const Json& schema, std::string_view name) {
  if (!schema.is_object()) return nullptr;
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

std::string reference_of(const Json& schema) {
  const Json* ref = keyword_of(schema, "$ref");
  if (!ref || !ref->is_string()) return "";
  const std::string& text = ref->get_ref<const std::string&>();
  return text.substr(text.rfind('/') + 1);
}

const Json& core_of(const Json& schema) {
  if (keyword_of(schema, "properties") || keyword_of(schema, "$ref")) return schema;
  const Json* all = keyword_of(schema, "allOf");
  if (all && all->is_array() && all->size() == 1) return core_of((*all)[0]);
  const auto branches = branches_of(schema);
  return branches.size() == 1 && is_nullable(schema) ? core_of(*branches[0]) : schema;
}

bool is_nullable(const Json& schema) {
  if (has_type(schema, "null")) return true;
  const Json* list = alternatives_of(schema);
  return list && std::any_of(list->begin(), list->end(), is_null_schema);
}

Form form_of(const Json& core) {
  if (!core.is_object()) return Form::any;
  if (keyword_of(core, "$ref")) return Form::reference;
  const auto branches = branches_of(core);
  if (branches.empty()) return form_of_type(core);
  const bool strings = std::all_of(branches.begin(), branches.end(),
                                   [](const Json* branch) { return is_string_enum(*branch); });
  if (strings) return Form::enumeration;
  return is_folded(branches) ? Form::object : Form::choice;
}

std::vector<Part> members_of(const Json& core) {
  std::vector<Part> out;
  std::set<std::string> seen;
  const auto add = [&](const Json& schema) {
    const Json* members = object_keyword(schema, "properties");
    if (!members) return;
    for (const auto& [name, member] : members->items()) {
      if (is_null_schema(member)) continue;  // such as the params of a method without
      if (seen.insert(name).second) out.push_back({name, &member});
    }
  };
  add(core);
  const auto branches = branches_of(core);
  if (!is_folded(branches)) return out;
  for (const Json* branch : branches) add(*branch);
  return out;
}

std::vector<Part> arms_of(const Json& core) {
  const auto branches = branches_of(core);
  if (branches.empty() || is_folded(branches)) return {};
  const std::string tag = tag_of_branches(branches);
  std::vector<Part> out;
  std::set<std::string> seen;
  for (const Json* branch : branches) {
    if (is_string_enum(*branch)) continue;
    std::string name = arm_name(*branch, tag);
    while (!seen.insert(name).second) name += '+';
    out.push_back({std::move(name), branch});
  }
  return out;
}

std::vector<ValuePart> values_of(const Json& core) {
  std::vector<ValuePart> out;
  add_values(out, core);
  for (const Json* branch : branches_of(core)) add_values(out, *branch);
  return out;
}

bool is_required(const Json& core, std::string_view member) {
  const Json* list = keyword_of(core, "required");
  return list && list->is_array() && std::any_of(list->begin(), list->end(), [&](const Json& one) {
           return one.is_string() && one.get_ref<const std::string&>() == member;
         });
}

std::string tag_of(const Json& core) { return tag_of_branches(branches_of(core)); }

const std::string* literal_of(const Json& schema) {
  const Json* list = keyword_of(schema, "enum");
  if (list && list->is_array() && list->size() == 1 && (*list)[0].is_string()) {
    return &(*list)[0].get_ref<const std::string&>();
  }
  const Json* constant = keyword_of(schema, "const");
  if (constant && constant->is_string()) return &constant->get_ref<const std::string&>();
  return nullptr;
}

const Json* find_part(const Json& schema, std::string_view path) {
  if (path.empty()) return &schema;
  const Json& core = core_of(schema);
  for (const auto& [step, name] : {std::pair{"[]", "items"}, {"{}", "additionalProperties"}}) {
    if (!path.starts_with(step)) continue;
    const Json* inner = object_keyword(core, name);
    return inner ? find_part(*inner, path.substr(2)) : nullptr;
  }
  if (path[0] != '.' && path[0] != '#') return nullptr;
  // Names may contain any character: every match is tried.
  for (const auto& part : path[0] == '.' ? members_of(core) : arms_of(core)) {
    const std::string_view rest = path.substr(1);
    if (!rest.starts_with(part.name)) continue;
    if (const Json* found = find_part(*part.schema, rest.substr(part.name.size()))) return found;
  }
  return nullptr;
}

std::string_view definition_of(std::string_view path) {
  return path.substr(0, path.find_first_of(".#=[{"));
}

}  // namespace codegen
