#include "responses.hpp"

#include <algorithm>
#include <set>

#include "names.hpp"

namespace codegen {
namespace {

using Words = std::set<std::string>;

constexpr std::string_view suffix = "Response";

bool is_request(MethodKind kind) {
  return kind == MethodKind::request || kind == MethodKind::server_request;
}

/// The words of a name, in the singular; `get` is `read`.
Words words_of(std::string_view name) {
  Words out;
  const std::string snake = snake_case(name);
  for (std::size_t at = 0; at < snake.size();) {
    const std::size_t end = std::min(snake.find('_', at), snake.size());
    std::string word = snake.substr(at, end - at);
    if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss")) word.pop_back();
    if (!word.empty()) out.insert(word == "get" ? "read" : word);
    at = end + 1;
  }
  return out;
}

std::size_t common(const Words& a, const Words& b) {
  return static_cast<std::size_t>(
      std::count_if(a.begin(), a.end(), [&](const auto& word) { return b.contains(word); }));
}

void add_references(std::set<std::string>& out, const Schema& schema) {
  if (!schema.ref.empty()) out.insert(schema.ref);
  for (const auto& property : schema.properties) add_references(out, property.schema);
  if (schema.items) add_references(out, *schema.items);
  if (schema.additional) add_references(out, *schema.additional);
  for (const Schema& alternative : schema.one_of) add_references(out, alternative);
  for (const Schema& part : schema.all_of) add_references(out, part);
}

class Search {
 public:
  Search(const Bundle& bundle, Notes& notes) : bundle_(bundle), notes_(notes) {
    std::set<std::string> referred;
    for (const auto& definition : bundle.definitions) add_references(referred, definition.schema);
    for (const auto& [name, schema] : bundle.definitions) {
      const bool response = name.ends_with(suffix) && name != "JSONRPCResponse";
      if (response && !referred.contains(name)) free_.insert(name);
    }
  }

  void run(std::vector<Method>& methods, const Responses& listed) {
    for (Method& method : methods) {
      if (is_request(method.kind) && !take_listed(method, listed) && !take_of_params(method)) {
        open_.push_back(&method);
      }
    }
    step([this](const Method& method) { return by_name(method); });
    while (take_best_words()) {
    }
    take_last();
    for (Method* method : open_) {
      method->response = any_response;
      notes_.push_back({method->wire, "response unknown: codex::Json"});
    }
  }

 private:
  bool take(Method& method, const std::string& response) {
    if (!bundle_.find(response)) return false;
    method.response = response;
    free_.erase(response);
    return true;
  }

  bool take_listed(Method& method, const Responses& listed) {
    const auto found = listed.find(method.wire);
    if (found == listed.end()) return false;
    if (take(method, type_name(found->second))) return true;
    notes_.push_back({method.wire, "responses.json lists " + found->second +
                                       ", which the schema does not have"});
    return false;
  }

  bool take_of_params(Method& method) {
    constexpr std::string_view params = "Params";
    if (!method.params.ends_with(params)) return false;
    const std::size_t length = method.params.size() - params.size();
    return take(method, method.params.substr(0, length) + std::string(suffix));
  }

  void guess(Method& method, const std::string& response) {
    take(method, response);
    notes_.push_back({method.wire, "response guessed: " + response});
    std::erase(open_, &method);
  }

  /// The method's path, or the longest tail of it, in Pascal case.
  [[nodiscard]] std::string by_name(const Method& method) const {
    std::string_view tail = method.wire;
    while (true) {
      const std::string name = pascal_case(tail) + std::string(suffix);
      if (free_.contains(name)) return name;
      const std::size_t slash = tail.find('/');
      if (slash == tail.npos) return "";
      tail.remove_prefix(slash + 1);
    }
  }

  /// A response that two methods would take goes to neither.
  template <class Find>
  void step(const Find& find) {
    std::map<std::string, std::vector<Method*>> found;
    for (Method* method : open_) found[find(*method)].push_back(method);
    for (const auto& [response, methods] : found) {
      if (!response.empty() && methods.size() == 1) guess(*methods[0], response);
    }
  }

  struct Pair {
    Method* method;
    std::string response;
    double score;
  };

  [[nodiscard]] std::vector<Pair> best_pairs() const {
    std::vector<Pair> best;
    for (Method* method : open_) {
      const Words mine = words_of(method->wire);
      for (const auto& response : free_) {
        const Words its = words_of(name_of(response));
        const std::size_t both = common(mine, its);
        const double score =
            static_cast<double>(both) / static_cast<double>(mine.size() + its.size() - both);
        if (score < 0.5 || (!best.empty() && score < best[0].score)) continue;
        if (!best.empty() && score > best[0].score) best.clear();
        best.push_back({method, response, score});
      }
    }
    return best;
  }

  static std::string name_of(const std::string& response) {
    return response.substr(0, response.size() - suffix.size());
  }

  /// Pairs the method and response with the most words in common. Methods that share the best
  /// response all get it if their names have all of its words; otherwise none gets it.
  bool take_best_words() {
    const std::vector<Pair> best = best_pairs();
    if (best.empty()) return false;
    const std::string response = best[0].response;
    const Words its = words_of(name_of(response));
    std::vector<Method*> methods;
    for (const Pair& pair : best) {
      if (pair.response == response) methods.push_back(pair.method);
    }
    const auto rivals = [&](const Method* method) {
      return std::count_if(best.begin(), best.end(),
                           [&](const Pair& pair) { return pair.method == method; });
    };
    if (methods.size() > 1) {
      std::erase_if(methods, [&](const Method* method) {
        return common(words_of(method->wire), its) != its.size();
      });
    }
    std::erase_if(methods, [&](const Method* method) { return rivals(method) != 1; });
    for (Method* method : methods) guess(*method, response);
    free_.erase(response);
    return true;
  }

  /// Pairs the last method and response, if they have two words in common.
  void take_last() {
    if (open_.size() != 1 || free_.size() != 1) return;
    const std::string response = *free_.begin();
    if (common(words_of(open_[0]->wire), words_of(name_of(response))) >= 2) {
      guess(*open_[0], response);
    }
  }

  const Bundle& bundle_;
  Notes& notes_;
  std::set<std::string> free_;  // responses that nothing refers to and no method has
  std::vector<Method*> open_;   // requests without one
};

}  // namespace

void find_responses(std::vector<Method>& methods, const Bundle& bundle, const Responses& listed,
                    Notes& notes) {
  Search(bundle, notes).run(methods, listed);
}

}  // namespace codegen
