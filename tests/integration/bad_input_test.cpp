// Input that the real runtime would silently ignore is an error before it is sent.

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/messages.hpp"

using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// The message of the CodexError that the call throws; none of a class below it, which would be the
/// runtime's answer. Empty when it throws none.
std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const codex::JsonRpcError&) {
    return {};
  } catch (const codex::CodexError& error) {
    return error.what();
  }
  return {};
}

bool names(const std::string& message, const std::string& value, const std::string& problem) {
  CAPTURE(message);
  return message.find(value) != std::string::npos && message.find(problem) != std::string::npos;
}

struct Place {
  MockModel mock;
  face::Codex codex{mock.config()};
  std::string folder = mock.workspace().string();

  [[nodiscard]] std::string path(const char* name) const {
    return (mock.workspace() / name).string();
  }
  [[nodiscard]] bool asked_nothing() { return mock.requests().empty(); }
};

}  // namespace

TEST_CASE("a folder to work in that is no absolute, existing folder is refused") {
  Place at;
  std::ofstream(at.path("file")) << "x";
  const auto thread = at.codex.thread_start({.cwd = at.folder});
  struct Bad {
    std::string cwd;
    const char* problem;
  };
  for (const auto& [cwd, problem] :
       {Bad{"/no/such/folder", "does not exist"}, Bad{"relative/folder", "is relative"},
        Bad{".", "is relative"}, Bad{"", "is empty"}, Bad{at.path("file"), "is no folder"},
        Bad{at.folder + std::string("\0x", 2), "zero byte"}, Bad{at.folder + "\xff", "UTF-8"}}) {
    CAPTURE(cwd);
    const std::string what = cwd.empty() ? "cwd" : "cwd \"" + cwd.substr(0, at.folder.size());
    CHECK(names(refusal([&] { (void)at.codex.thread_start({.cwd = cwd}); }), what, problem));
    CHECK(
        names(refusal([&] { at.codex.thread_resume(thread.id(), {.cwd = cwd}); }), what, problem));
    CHECK(names(refusal([&] { (void)at.codex.thread_fork(thread.id(), {.cwd = cwd}); }), what,
                problem));
    CHECK(names(refusal([&] { (void)thread.run("x", {.cwd = cwd}); }), what, problem));
    CHECK(names(refusal([&] { (void)thread.turn("x", {.cwd = cwd}); }), what, problem));
  }
  CHECK(at.asked_nothing());
  at.mock.reply("here");
  CHECK(thread.run("x", {.cwd = at.folder}).final_response == "here");
}

TEST_CASE("a file that cannot be read is refused as an image, a sound or a skill") {
  Place at;
  fs::create_directory(at.path("folder"));
  fs::create_symlink(at.path("circle"), at.path("circle"));
  fs::create_symlink(at.path("nowhere"), at.path("dangling"));
  REQUIRE(::mkfifo(at.path("pipe").c_str(), 0600) == 0);
  std::ofstream(at.path("locked")) << "x";
  REQUIRE(::chmod(at.path("locked").c_str(), 0) == 0);
  const auto thread = at.codex.thread_start();
  struct Bad {
    std::string path;
    const char* problem;
  };
  std::vector<Bad> bad = {{"/no/such/file", "does not exist"},
                          {"no_such_file.png", "does not exist"},
                          {"", "is empty"},
                          {at.path("folder"), "is no file"},
                          {at.path("circle"), "cannot be looked at"},
                          {at.path(std::string(300, 'x').c_str()), "cannot be looked at"},
                          {"/no/such/place", "launch_args_override"},
                          {at.path("dangling"), "does not exist"},
                          {at.path("pipe"), "is no file"},
                          {at.path("x") + std::string("\0y", 2), "zero byte"},
                          {at.path("x\xff"), "UTF-8"}};
  // Root reads it all the same.
  if (::access(at.path("locked").c_str(), R_OK) != 0) {
    bad.push_back({at.path("locked"), "cannot be read"});
  }
  for (const auto& [path, problem] : bad) {
    CAPTURE(path);
    const std::string name = path.substr(0, 8);
    for (const codex::InputItem& item : {codex::InputItem(codex::LocalImageInput{path}),
                                         codex::InputItem(codex::LocalAudioInput{path}),
                                         codex::InputItem(codex::SkillInput{"skill", path})}) {
      CHECK(names(refusal([&] { (void)thread.run({"look", item}); }), name, problem));
      CHECK(names(refusal([&] { (void)thread.turn(item); }), name, problem));
    }
  }
  CHECK(at.asked_nothing());
}

TEST_CASE("a file that is not there is refused when it shall join a turn") {
  Place at;
  const codex::testing::Gate gate;
  at.mock.reply(Reply{}.delta("a").wait_for(gate));
  auto turn = at.codex.thread_start().turn("go");
  REQUIRE(gate.wait_reached(60s));
  CHECK(names(refusal([&] { turn.steer(codex::LocalImageInput{"/no/such/file"}); }),
              "/no/such/file", "does not exist"));
  gate.open();
  CHECK(turn.run().final_response == "a");
}

TEST_CASE("the path of a file may be relative to where the runtime was started") {
  MockModel mock;
  mock.reply("seen");
  std::ofstream(mock.workspace() / "note.png", std::ios::binary) << "no picture, but a file";
  face::Codex codex(mock.config());  // its cwd is the workspace
  CHECK(codex.thread_start().run({"look", codex::LocalImageInput{"note.png"}}).final_response ==
        "seen");
}

TEST_CASE("an effort that no model has is refused") {
  Place at;
  const auto thread = at.codex.thread_start();
  for (const char* effort : {"hihg", "High", "", "high "}) {
    CAPTURE(effort);
    CHECK(names(refusal([&] { (void)thread.run("x", {.effort = effort}); }), "effort",
                *effort == '\0' ? "is empty" : "Codex::models()"));
  }
  CHECK(at.asked_nothing());
  at.mock.reply("all right");
  CHECK(thread.run("x", {.extra_params = {{"effort", "of_my_provider"}}}).final_response ==
        "all right");
}

TEST_CASE("every effort that a model of this runtime advertises is accepted") {
  Place at;
  at.mock.on_request([](const auto&) { return Reply("yes"); });
  std::set<std::string> advertised;
  for (const auto& model : at.codex.models({.include_hidden = true}).data) {
    for (const auto& effort : model.supported_reasoning_efforts) {
      advertised.insert(effort.reasoning_effort);
    }
  }
  CHECK(advertised.size() >= 4);
  const auto thread = at.codex.thread_start();
  for (const auto& effort : advertised) {
    CAPTURE(effort);
    CHECK(thread.run("x", {.effort = effort}).final_response == "yes");
  }
}

TEST_CASE("what the operating system would cut off is refused before the runtime is started") {
  MockModel mock;
  const std::string cut("a\0b", 3);
  const auto refused = [&](const std::function<void(codex::CodexConfig&)>& change) {
    codex::CodexConfig config = mock.config();
    change(config);
    return refusal([&] { (void)face::Codex(std::move(config)).models(); });
  };
  CHECK(names(refused([&](auto& config) { config.cwd = cut; }), "CodexConfig::cwd", "zero byte"));
  CHECK(names(refused([&](auto& config) { config.codex_bin = cut; }), "codex_bin", "zero byte"));
  CHECK(names(refused([&](auto& config) { config.config_overrides = {cut}; }), "config_overrides",
              "zero byte"));
  CHECK(names(refused([&](auto& config) {
                config.launch_args_override = {"x", cut};
              }),
              "launch_args_override", "zero byte"));
  CHECK(names(refused([&](auto& config) { config.env["NAME"] = cut; }), "NAME", "zero byte"));
  CHECK(
      names(refused([&](auto& config) { config.env[cut] = ""; }), "CodexConfig::env", "zero byte"));
  CHECK(names(refused([&](auto& config) { config.env["A=B"] = ""; }), "A=B", "no name"));
  CHECK(names(refused([&](auto& config) { config.env[""] = "x"; }), "CodexConfig::env", "no name"));
  CHECK(names(refused([&](auto& config) { config.wire_log = cut; }), "wire_log", "zero byte"));
  for (const std::string& name : {cut, std::string("A=B"), std::string()}) {
    CHECK(names(refused([&](auto& config) {
                  config.unset_env = {"OK", name};
                }),
                "CodexConfig::unset_env", name == cut ? "zero byte" : "no name"));
  }
  CHECK(names(refused([&](auto& config) {
                config.env["BOTH"] = "hush";
                config.unset_env = {"BOTH"};
              }),
              "unset_env \"BOTH\"", "CodexConfig::env"));
  CHECK(names(refused([&](auto& config) { config.cwd = "/no/such/folder"; }), "/no/such/folder",
              "cwd"));
}

TEST_CASE("what is not UTF-8 is refused, where the runtime would be told another name") {
  MockModel mock;
  const std::string other = "a\xff";
  const auto refused = [&](const std::function<void(codex::CodexConfig&)>& change) {
    codex::CodexConfig config = mock.config();
    change(config);
    return refusal([&] { (void)face::Codex(std::move(config)).models(); });
  };
  CHECK(names(refused([&](auto& config) { config.cwd = other; }), "CodexConfig::cwd", "UTF-8"));
  CHECK(names(refused([&](auto& config) { config.client_name = other; }), "client_name", "UTF-8"));
  CHECK(
      names(refused([&](auto& config) { config.client_title = other; }), "client_title", "UTF-8"));
  CHECK(names(refused([&](auto& config) { config.client_version = other; }), "client_version",
              "UTF-8"));
  CHECK(names(refused([&](auto& config) {
                config.opt_out_notification_methods = {"x", other};
              }),
              "opt_out_notification_methods", "UTF-8"));
  CHECK(names(refused([&](auto& config) { config.env["CODEX_HOME"] = other; }), "CODEX_HOME",
              "UTF-8"));

  Place at;
  const std::string folder = at.folder + "/" + other;
  CHECK(names(refusal([&] { (void)at.codex.thread_list({.cwd = folder}); }),
              "ThreadListOptions::cwd", "UTF-8"));
  CHECK(names(refusal([&] {
                (void)at.codex.thread_list({.cwd = std::vector<std::string>{"/", folder}});
              }),
              "ThreadListOptions::cwd", "UTF-8"));
  CHECK(names(refusal([&] {
                (void)at.codex.thread_start({.extra_params = {{"cwd", folder}}});
              }),
              "extra_params/cwd", "UTF-8"));
  CHECK(names(refusal([&] {
                (void)at.codex.request("thread/list", {{"cwd", {"/", folder}}});
              }),
              "thread/list/cwd/1", "UTF-8"));
  CHECK(at.asked_nothing());
}
