#include "law/plant.hpp"

#include <algorithm>

namespace law {

namespace {

class Planting {
 public:
  Planting(const Instance& instance, const Plan& plan, Random& random)
      : instance_(instance), plan_(plan), random_(random), out_{instance.value, {}, {}} {}

  Planted run() {
    // Parents come first; the places below what became unknown are left alone.
    for (std::size_t place = 0; place < instance_.places.size(); ++place) {
      if (!is_raw(place)) at(place);
    }
    std::sort(out_.loose.begin(), out_.loose.end());
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_raw(std::size_t place) const {
    return std::any_of(raw_.begin(), raw_.end(),
                       [&](std::size_t ancestor) { return instance_.is_below(place, ancestor); });
  }
  bool chance(std::size_t one_in) { return one_in > 0 && random_.one_in(one_in); }
  Json& value(std::size_t place) { return instance_.at(out_.value, place); }

  void at(std::size_t place) {
    const Node& node = *instance_.places[place].use.node;
    if (value(place).is_null()) return;
    switch (node.shape) {
      case Shape::object:
        return member(place, node.open);
      case Shape::enumeration:
        return enum_value(place);
      case Shape::tagged:
        return tag(place, node);
      case Shape::external:
        return key(place, node);
      default:
        return;
    }
  }

  void note(std::size_t place, std::string path, std::string what) {
    out_.parts.push_back({std::move(path), std::move(what)});
    for (std::size_t i = place; i != Place::none; i = instance_.places[i].parent) {
      const Place& here = instance_.places[i];
      if (here.same_spot && here.loose) out_.loose.push_back(instance_.path(i));
    }
  }

  void member(std::size_t place, bool open) {
    if (!chance(plan_.members)) return;
    static const std::vector<std::string> names = {"zzNew",    "",    "newer member", "тип",
                                                   "a.b[0]\"", "typ", "typeX"};
    const std::string name = random_.pick(names);
    if (value(place).contains(name)) return;
    value(place)[name] = any_json(random_, 2);
    if (!open) note(place, joined(instance_.path(place), name), "member");
  }

  void enum_value(std::size_t place) {
    if (!chance(plan_.values)) return;
    static const std::vector<std::string> values = {"", "new-value", "neuer Wert", "\"quoted\""};
    const std::string value = random_.pick(values);
    this->value(place) = value;
    note(place, instance_.path(place), "enum value \"" + value + "\"");
  }

  void tag(std::size_t place, const Node& node) {
    if (!chance(plan_.tags)) return;
    value(place)[node.tag] = "new/tag";
    note(place, joined(instance_.path(place), node.tag),
         std::string(node.is_message() ? "method" : "tag") + " \"new/tag\"");
    if (!node.is_message()) {
      raw_.push_back(place);
      return;
    }
    for (std::size_t i = place + 1; i < instance_.places.size(); ++i) {
      if (instance_.places[i].key == "params" && instance_.owner(i) == place) raw_.push_back(i);
    }
  }

  void key(std::size_t place, const Node& node) {
    if (!value(place).is_object() || !chance(plan_.tags)) return;
    const std::string known = value(place).begin().key();
    const std::string path = instance_.path(place);
    if (random_.one_in(2)) {
      value(place)["newKey"] = value(place)[known];
      value(place).erase(known);
      note(place, joined(path, "newKey"), "member");
      raw_.push_back(place);
      return;
    }
    value(place)["zzNew"] = 1;
    const auto arm = std::find_if(node.arms.begin(), node.arms.end(),
                                  [&](const Arm& arm) { return arm.key == known; });
    if (!arm->alone) return note(place, joined(path, "zzNew"), "member");
    note(place, path, "shape");
    raw_.push_back(place);
  }

  const Instance& instance_;
  const Plan& plan_;
  Random& random_;
  Planted out_;
  std::vector<std::size_t> raw_;
};

}  // namespace

Planted plant(const Instance& instance, const Plan& plan, Random& random) {
  return Planting(instance, plan, random).run();
}

std::optional<std::string> wrong_parts(const Planted& planted, std::vector<UnknownPart> found) {
  const auto is_loose = [&](const std::string& path) {
    return std::binary_search(planted.loose.begin(), planted.loose.end(), path);
  };
  const auto take = [&](const UnknownPart& part) {
    const auto at = std::find(found.begin(), found.end(), part);
    if (at == found.end()) return false;
    found.erase(at);
    return true;
  };
  std::vector<std::string> shapes;
  for (const auto& part : found) {
    if (part.what == "shape" && is_loose(part.path)) shapes.push_back(part.path);
  }
  for (const auto& part : planted.parts) {
    if (take(part)) continue;
    const bool covered = std::any_of(shapes.begin(), shapes.end(), [&](const std::string& path) {
      return part.path.starts_with(path);
    });
    if (!covered) return "does not name " + part.path + ": " + part.what;
  }
  for (const auto& part : found) {
    if (part.what == "shape" && is_loose(part.path)) continue;
    return "names " + part.path + ": " + part.what;
  }
  return std::nullopt;
}

}  // namespace law
