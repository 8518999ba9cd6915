#include "diff.hpp"

#include <algorithm>
#include <tuple>

#include "diff_rules.hpp"
#include "text.hpp"

namespace codegen {
namespace {

using Subject = Change::Subject;
using What = Change::What;

/// The type with aliases resolved, as C++ sees it.
Type resolved(Type type, const Model& model) {
  if (type.kind == Type::Kind::named) {
    const auto* alias = std::get_if<Alias>(&model.find(type.name)->shape);
    return alias ? resolved(alias->target, model) : type;
  }
  if (type.element) type.element = std::make_shared<Type>(resolved(*type.element, model));
  return type;
}

std::string shape_name(const Definition& definition) {
  constexpr std::string_view names[] = {"struct", "enum", "union", "alias", "message"};
  return std::string(names[definition.shape.index()]);
}

struct Detail {
  std::string now = {};
  std::string before = {};
  std::string note = {};
};

template <class T>
const T* find_named(const std::vector<T>& list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const T& t) { return t.name == name; });
  return found == list.end() ? nullptr : &*found;
}

class Comparison {
 public:
  Comparison(const Model& before, const Model& after)
      : before_(before), after_(after), uses_(uses_of(after)) {}

  std::vector<Change> run() {
    for (const auto& old : before_.definitions) {
      if (const auto* now = after_.find(old.name)) {
        compare(old, *now);
      } else {
        add(true, Subject::type, What::removed, old.name);
      }
    }
    for (const auto& now : after_.definitions) {
      if (!before_.find(now.name)) add(false, Subject::type, What::added, now.name);
    }
    compare_methods();
    std::stable_sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
      return std::tie(b.breaking, a.subject, a.what, a.name) <
             std::tie(a.breaking, b.subject, b.what, b.name);
    });
    return std::move(changes_);
  }

 private:
  void add(bool breaking, Subject subject, What what, std::string name, Detail detail = {}) {
    changes_.push_back({breaking, subject, what, std::move(name), std::move(detail.now),
                        std::move(detail.before), std::move(detail.note)});
  }

  void compare(const Definition& old, const Definition& now) {
    compare_experimental(Subject::type, now.name, old.experimental, now.experimental);
    if (old.shape.index() != now.shape.index()) {
      add(true, Subject::type, What::changed, now.name, {shape_name(now), shape_name(old)});
      return;
    }
    if (const auto* object = std::get_if<Struct>(&now.shape)) {
      compare_members(now.name, std::get<Struct>(old.shape).members, object->members);
    } else if (const auto* message = std::get_if<Message>(&now.shape)) {
      compare_members(now.name, std::get<Message>(old.shape).members, message->members);
    } else if (const auto* values = std::get_if<Enum>(&now.shape)) {
      compare_values(now.name, std::get<Enum>(old.shape), *values);
    } else if (const auto* choice = std::get_if<Union>(&now.shape)) {
      compare_arms(now.name, std::get<Union>(old.shape), *choice);
    } else {
      compare_targets(now.name, std::get<Alias>(old.shape), std::get<Alias>(now.shape));
    }
  }

  void compare_experimental(Subject subject, const std::string& name, bool old, bool now) {
    if (old == now) return;
    add(now, subject, What::changed, name,
        {.note = now ? "experimental, was stable" : "stable, was experimental"});
  }

  void compare_targets(const std::string& name, const Alias& old, const Alias& now) {
    const std::string from = cpp_type(resolved(old.target, before_));
    const std::string to = cpp_type(resolved(now.target, after_));
    if (from != to) add(true, Subject::type, What::changed, name, {to, from});
  }

  void compare_members(const std::string& owner, const std::vector<Member>& before,
                       const std::vector<Member>& after) {
    const Use use = uses_.at(owner);
    for (const auto& old : before) {
      const std::string name = owner + "::" + old.name;
      if (const auto* now = find_named(after, old.name)) {
        compare_member(name, old, *now, use);
      } else {
        add(true, Subject::member, What::removed, name);
      }
    }
    for (const auto& now : after) {
      if (find_named(before, now.name)) continue;
      add(is_required(now) && use.written, Subject::member, What::added, owner + "::" + now.name,
          {.now = cpp_type(now), .note = is_required(now) ? "required" : ""});
    }
    if (use.written) compare_order(owner, before, after);
  }

  void compare_member(const std::string& name, const Member& old, const Member& now, Use use) {
    Member from = old;
    Member to = now;
    from.type = resolved(from.type, before_);
    to.type = resolved(to.type, after_);
    if (!(from.type == to.type)) {
      add(true, Subject::member, What::changed, name, {cpp_type(to), cpp_type(from)});
    } else if (from.presence != to.presence) {
      add(presence_breaks(from, to, use), Subject::member, What::changed, name,
          presence_change(to, from));
    } else if (from.default_value != to.default_value) {
      const auto text = [](const Member& member) {
        return member.default_value ? json_text(*member.default_value) : "none";
      };
      add(use.written, Subject::member, What::changed, name, {text(to), text(from), "default"});
    }
    if (from.wire != to.wire) {
      add(false, Subject::member, What::changed, name,
          {literal(to.wire), literal(from.wire), "on the wire"});
    }
    compare_experimental(Subject::member, name, old.experimental, now.experimental);
  }

  /// The C++ types say everything, unless both are the same.
  static Detail presence_change(const Member& now, const Member& old) {
    Detail detail{cpp_type(now), cpp_type(old)};
    if (detail.now == detail.before) {
      detail.note = is_required(now) ? "required, was optional" : "optional, was required";
      detail.before.clear();
    }
    return detail;
  }

  void compare_order(const std::string& owner, const std::vector<Member>& before,
                     const std::vector<Member>& after) {
    const auto common = [](const std::vector<Member>& list, const std::vector<Member>& other) {
      std::vector<std::string> names;
      for (const auto& member : list) {
        if (find_named(other, member.name)) names.push_back(member.name);
      }
      return names;
    };
    if (common(before, after) == common(after, before)) return;
    add(true, Subject::type, What::changed, owner,
        {.note = "its members stand in another order, to which designated initialisers must keep"});
  }

  void compare_values(const std::string& owner, const Enum& before, const Enum& after) {
    for (const auto& old : before.values) {
      const std::string name = owner + "::" + old.name;
      const auto* now = find_named(after.values, old.name);
      if (!now) {
        add(true, Subject::enum_value, What::removed, name);
        continue;
      }
      if (old.wire != now->wire) {
        add(false, Subject::enum_value, What::changed, name,
            {literal(now->wire), literal(old.wire), "on the wire"});
      }
      compare_experimental(Subject::enum_value, name, old.experimental, now->experimental);
    }
    for (const auto& now : after.values) {
      if (find_named(before.values, now.name)) continue;
      add(false, Subject::enum_value, What::added, owner + "::" + now.name);
    }
  }

  void compare_arms(const std::string& owner, const Union& before, const Union& after) {
    const auto names = [](const Union& choice, const Model& model) {
      std::vector<std::string> out;
      for (const auto& arm : choice.arms) out.push_back(cpp_type(resolved(arm.type, model)));
      return out;
    };
    const auto old = names(before, before_);
    const auto now = names(after, after_);
    const auto has = [](const std::vector<std::string>& list, const std::string& name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const auto& arm : old) {
      if (!has(now, arm)) add(true, Subject::union_arm, What::removed, owner, {.now = arm});
    }
    for (const auto& arm : now) {
      if (!has(old, arm)) add(false, Subject::union_arm, What::added, owner, {.now = arm});
    }
    compare_members(owner, before.shared, after.shared);
  }

  void compare_methods() {
    const auto find = [](const Model& model, const Method& like) {
      const auto found =
          std::find_if(model.methods.begin(), model.methods.end(), [&](const Method& method) {
            return method.kind == like.kind && method.name == like.name;
          });
      return found == model.methods.end() ? nullptr : &*found;
    };
    for (const auto& old : before_.methods) {
      if (const auto* now = find(after_, old)) {
        compare_method(old, *now);
      } else {
        add(true, Subject::method, What::removed, name_of(old));
      }
    }
    for (const auto& now : after_.methods) {
      if (!find(before_, now)) add(false, Subject::method, What::added, name_of(now));
    }
  }

  static std::string name_of(const Method& method) {
    return std::string(method_namespace(method.kind)) + "::" + method.name;
  }

  void compare_method(const Method& old, const Method& now) {
    const std::string name = name_of(now);
    const auto text = [](const std::string& definition) {
      return definition.empty() ? std::string("none") : definition;
    };
    if (old.params != now.params) {
      add(params_break(after_, old.params, now.params), Subject::method, What::changed, name,
          {text(now.params), text(old.params), "params"});
    }
    if (old.response != now.response) {
      add(true, Subject::method, What::changed, name,
          {text(now.response), text(old.response), "response"});
    }
    if (old.wire != now.wire) {
      add(false, Subject::method, What::changed, name,
          {literal(now.wire), literal(old.wire), "on the wire"});
    }
    compare_experimental(Subject::method, name, old.experimental, now.experimental);
  }

  const Model& before_;
  const Model& after_;
  std::map<std::string, Use> uses_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> compare(const Model& before, const Model& after) {
  return Comparison(before, after).run();
}

}  // namespace codegen
