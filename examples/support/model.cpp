#include "model.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <codex/testing.hpp>

namespace example {

namespace {

using codex::Json;
using codex::testing::ModelRequest;
using codex::testing::Reply;

/// The smallest non-empty value that fits a schema.
Json value_for(const Json& schema) {
  if (schema.contains("enum")) return schema["enum"].front();
  const std::string type = schema.value("type", "null");
  if (type == "string") return "an example";
  if (type == "integer" || type == "number") return 1;
  if (type == "boolean") return true;
  if (type == "array") return Json::array({value_for(schema.value("items", Json::object()))});
  if (type != "object") return nullptr;
  const Json members = schema.value("properties", Json::object());
  Json object = Json::object();
  for (const auto& [name, member] : members.items()) {
    object[name] = value_for(member);
  }
  return object;
}

/// The user's own words; texts that the runtime adds begin with a tag.
std::vector<std::string> user_words(const ModelRequest& request) {
  std::vector<std::string> texts = request.user_texts();
  std::erase_if(texts, [](const std::string& text) { return text.starts_with('<'); });
  return texts;
}

std::ptrdiff_t images_in(const Json& item) {
  const Json content = item.value("content", Json::array());
  return std::count_if(content.begin(), content.end(),
                       [](const Json& part) { return part.value("type", "") == "input_image"; });
}

/// One piece per word.
std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size() - 1) + 1;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

/// Calls the tool of that name, with fitting arguments.
Reply call(const ModelRequest& request, const std::string& name) {
  const Json tools = request.body.value("tools", Json::array());
  const auto tool = std::find_if(tools.begin(), tools.end(), [&](const Json& offered) {
    return offered.value("name", "") == name;
  });
  if (tool == tools.end()) return {"There is no tool " + name + '.'};
  return Reply().tool_call(name, value_for(tool->at("parameters")));
}

/// Slow enough to steer or interrupt: ten seconds in total.
Reply count_to_200() {
  Reply reply;
  for (int i = 1; i <= 200; ++i) reply.delta(std::to_string(i) + ' ');
  return reply.pace(std::chrono::milliseconds(50));
}

/// While the person is asked about one command, another one, which runs unasked, prints a
/// harmless-looking question. It waits for a file `go`.
Reply imitate_a_question() {
  const std::string imitation =
      "while [ ! -e go ]; do sleep 0.1; done\n"
      "for i in $(seq 26); do echo; done\n"
      "echo 'The agent asks to run a command.'\n"
      "echo 'Command:'\n"
      "echo '  | ls'\n"
      "printf '[y]es, [n]o, [c]ancel the turn: '\n"
      "touch printed";
  return Reply().id("unasked").shell(imitation).id("asked").shell("echo fooled | tee note.txt",
                                                                  {.escalated = true});
}

Json question() {
  const Json options{{{"label", "Red"}, {"description", "Warm"}},
                     {{"label", "Blue"}, {"description", "Cold"}}};
  return {{"questions",
           {{{"id", "color"},
             {"header", "Color"},
             {"question", "Which color shall it be?"},
             {"options", options}}}}};
}

Reply answer(const ModelRequest& request) {
  const Json format = request.body.value("/text/format"_json_pointer, Json::object());
  const std::vector<std::string> words = user_words(request);
  const std::string last = words.empty() ? "" : words.back();
  if (last.starts_with("Count")) return count_to_200();
  if (format.contains("schema")) return {value_for(format["schema"]).dump()};

  const Json& newest = request.body.at("input").back();
  if (newest.value("type", "").ends_with("tool_call_output")) return {"The patch was answered."};
  if (newest.value("type", "") == "function_call_output") {
    return {"A tool said: " + newest.at("output").dump()};
  }
  if (last.starts_with("Run"))
    return Reply().shell("echo hello | tee note.txt", {.escalated = true});
  if (last.starts_with("Fool")) return imitate_a_question();
  if (last.starts_with("Patch")) {
    return Reply().patch(
        "*** Begin Patch\n*** Add File: poem.txt\n+Roses are red\n*** End Patch\n");
  }
  if (last.starts_with("Ask")) return Reply().tool_call("request_user_input", question());

  if (last.starts_with("Call ")) return call(request, last.substr(5));
  std::string text = "You said \"" + last + "\" in message " + std::to_string(words.size()) + '.';
  if (const auto images = images_in(newest)) text += " Images: " + std::to_string(images) + '.';
  return Reply().deltas(pieces(text)).usage({.input = 11, .output = 7});
}

}  // namespace

Model::Model(int& argc, char** argv, Login login) {
  char** const end = std::remove(argv + 1, argv + argc, std::string_view("--live"));
  const bool live = end != argv + argc;
  argc = static_cast<int>(end - argv);
  if (live) return;
  stand_in_ = std::make_unique<codex::testing::MockModel>(
      codex::testing::MockModelOptions{.requires_openai_auth = login == Login::required});
  stand_in_->on_request(answer);
}

Model::~Model() = default;

codex::CodexConfig Model::config() const {
  if (!stand_in_) return {};
  auto config = stand_in_->config();
  if (const char* home = std::getenv("EXAMPLE_HOME")) {  // where threads outlive the program
    std::filesystem::copy_file(stand_in_->codex_home() / "config.toml",
                               std::filesystem::path(home) / "config.toml",
                               std::filesystem::copy_options::overwrite_existing);
    config.env["CODEX_HOME"] = config.env["CODEX_SQLITE_HOME"] = home;
    config.cwd = home;
  }
  return config;
}

}  // namespace example
