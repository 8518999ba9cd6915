// Who is logged in, and the ways to log in and out.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

namespace protocol = codex::protocol;

codex::Task<> print_account(codex::AsyncCodex& codex) {
  const auto answer = co_await codex.account();
  std::cout << "Account: ";
  if (!answer.account) {
    std::cout << "nobody is logged in";
  } else if (const auto* chatgpt = answer.account->as<protocol::ChatgptAccount>()) {
    std::cout << chatgpt->email.value_or("ChatGPT") << ", " << chatgpt->plan_type.name();
  } else if (answer.account->is<protocol::ApiKeyAccount>()) {
    std::cout << "an API key";
  } else {
    std::cout << "one of a cloud provider";
  }
  std::cout << (answer.requires_openai_auth ? "\n" : ", and nobody needs to be\n");
}

codex::Task<> finish(const codex::AsyncLoginHandle& login) {
  try {
    const auto done = co_await login.wait(std::chrono::minutes(5));
    std::cout << (done.success
                      ? "Done"
                      : "Failed: " + codex::printable(done.error.value_or("no reason given")))
              << '\n';
    co_return;
  } catch (const codex::TimeoutError&) {
    std::cout << "Given up\n";
  }
  (void)co_await login.cancel();
}

codex::Task<> log_in_with_browser(codex::AsyncCodex& codex) {
  const auto login = co_await codex.login_chatgpt();
  std::cout << "Open " << login.auth_url() << '\n';
  co_await finish(login);
}

codex::Task<> log_in_with_code(codex::AsyncCodex& codex) {
  const auto login = co_await codex.login_chatgpt_device_code();
  std::cout << "Open " << login.verification_url() << " and enter " << login.user_code() << '\n';
  co_await finish(login);
}

codex::Task<int> run(codex::AsyncCodex& codex, std::string_view way) {
  if (way == "browser") {
    co_await log_in_with_browser(codex);
  } else if (way == "code") {
    co_await log_in_with_code(codex);
  } else if (const char* key = std::getenv("OPENAI_API_KEY"); key && way == "key") {
    co_await codex.login_api_key(key);
  } else if (way == "logout") {
    (void)co_await codex.logout();
  } else if (!way.empty()) {
    std::cerr << "usage: async_15_login_and_account [browser | code | key | logout] [--live]\n"
              << "key: the one in OPENAI_API_KEY\n";
    co_return 2;
  }
  co_await print_account(codex);
  co_return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv, example::Login::required);
  codex::AsyncCodex codex(model.config());
  return codex::sync_wait(run(codex, argc > 1 ? argv[1] : ""));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
