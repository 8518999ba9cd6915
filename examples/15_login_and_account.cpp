// Who is logged in, and the ways to log in and out.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <codex/codex.hpp>

#include "support/model.hpp"

namespace {

namespace protocol = codex::protocol;

void print_account(codex::Codex& codex) {
  const auto answer = codex.account();
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

void finish(const codex::LoginHandle& login) {
  try {
    const auto done = login.wait(std::chrono::minutes(5));
    std::cout << (done.success
                      ? "Done"
                      : "Failed: " + codex::printable(done.error.value_or("no reason given")))
              << '\n';
  } catch (const codex::TimeoutError&) {
    login.cancel();
    std::cout << "Given up\n";
  }
}

void log_in_with_browser(codex::Codex& codex) {
  const auto login = codex.login_chatgpt();
  std::cout << "Open " << login.auth_url() << '\n';
  finish(login);
}

void log_in_with_code(codex::Codex& codex) {
  const auto login = codex.login_chatgpt_device_code();
  std::cout << "Open " << login.verification_url() << " and enter " << login.user_code() << '\n';
  finish(login);
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv, example::Login::required);
  const std::string_view way = argc > 1 ? argv[1] : "";
  codex::Codex codex(model.config());

  if (way == "browser") {
    log_in_with_browser(codex);
  } else if (way == "code") {
    log_in_with_code(codex);
  } else if (const char* key = std::getenv("OPENAI_API_KEY"); key && way == "key") {
    codex.login_api_key(key);
  } else if (way == "logout") {
    codex.logout();
  } else if (!way.empty()) {
    std::cerr << "usage: 15_login_and_account [browser | code | key | logout] [--live]\n"
              << "key: the one in OPENAI_API_KEY\n";
    return 2;
  }
  print_account(codex);
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
