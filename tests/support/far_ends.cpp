#include "support/far_ends.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <future>
#include <netinet/in.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "os/descriptor.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/socket.hpp"
#include "task/thread_signals.hpp"
#include "transport/process.hpp"

namespace codex::testing {
namespace {

namespace fs = std::filesystem;
using codex::detail::Clock;
using codex::detail::Descriptor;
using codex::detail::TimePoint;
using namespace std::chrono_literals;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// Nobody else gets it for a while, most likely.
int free_port() {
  const Descriptor socket = new_socket(AF_INET);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), name, size) != 0 || ::getsockname(socket.get(), name, &size) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

bool is_listening(int port) {
  const Descriptor socket = new_socket(AF_INET);
  const sockaddr_in address = loopback(port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A key pair.
void make_key(const fs::path& path) {
  run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path.string()});
}

void kill_descendants(pid_t parent) {
  for (const int child : children_of(parent)) {
    kill_descendants(child);
    ::kill(child, SIGKILL);
  }
}

std::string this_user() {
  const passwd* const user = ::getpwuid(::getuid());
  if (user == nullptr) throw std::runtime_error("this user has no name");
  return user->pw_name;
}

}  // namespace

std::string run_program(const std::vector<std::string>& argv) {
  const auto process = codex::detail::start_process({.argv = argv, .env = {{"LC_ALL", "C"}}});
  const TimePoint deadline = soon();
  std::string output;
  for (bool is_open = true; is_open && Clock::now() < deadline;) {
    const auto received = process->wait(deadline);
    output += received.bytes;
    is_open = !received.ended;
  }
  const auto status = process->await_exit(deadline);
  process->close();
  if (status.code == 0) return output;
  throw std::runtime_error(argv.front() + " failed: " + output + process->stderr_tail());
}

Daemon::Daemon(std::vector<std::string> argv) {
  std::promise<void> started;
  // It dies with the thread that starts it.
  thread_ = std::thread([&, argv = std::move(argv)] {
    codex::detail::block_signals_on_this_thread();
    try {
      process_ = codex::detail::start_process(
          {.argv = argv, .reads_stdin = false, .shutdown_timeout = 500ms});
    } catch (...) {
      return started.set_exception(std::current_exception());
    }
    started.set_value();
    while (!is_closing_ && !process_->wait(TimePoint::max()).ended) {
    }
    has_ended_ = true;
    process_->close();
  });
  try {
    started.get_future().get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

Daemon::~Daemon() {
  is_closing_ = true;
  process_->wake();
  thread_.join();
}

pid_t Daemon::pid() const { return static_cast<pid_t>(process_->process_id().value()); }

Listening listen_somewhere(const std::function<std::vector<std::string>(int port)>& command) {
  std::string said;
  for (int attempt = 0; attempt < 5; ++attempt) {
    Listening made{.daemon = {}, .port = free_port()};
    made.daemon = std::make_unique<Daemon>(command(made.port));
    const TimePoint deadline = soon();
    while (!made.daemon->has_ended() && Clock::now() < deadline) {
      if (is_listening(made.port) && !made.daemon->has_ended()) return made;
      std::this_thread::sleep_for(5ms);
    }
    said = made.daemon->said();
  }
  throw std::runtime_error("it does not listen: " + said);
}

SshServer::SshServer(const std::string& settings) {
  const fs::path home = folder();
  make_key(home / "host_key");
  make_key(home / "key");
  make_key(home / "other_key");
  fs::copy_file(home / "key.pub", home / "authorized_keys");
  // Where its processes without rights live.
  std::error_code ignored;
  if (::getuid() == 0) fs::create_directory("/run/sshd", ignored);
  sshd_ = listen_somewhere([&](int port) {
    const std::string number = std::to_string(port);
    write(home / "sshd_config", settings + "\nListenAddress 127.0.0.1\nPort " + number +
                                    "\nHostKey " + (home / "host_key").string() +
                                    "\nAuthorizedKeysFile " + (home / "authorized_keys").string() +
                                    "\nPidFile none\nUsePAM no\nStrictModes no\n"
                                    "PasswordAuthentication no\nMaxStartups 100\n");
    write(home / "known_hosts", "[127.0.0.1]:" + number + " " + read(home / "host_key.pub"));
    return std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f",
                                    (home / "sshd_config").string()};
  });
}

std::string SshServer::endpoint(const std::string& socket) const {
  return "ssh://" + this_user() + "@127.0.0.1:" + std::to_string(sshd_.port) + socket;
}

std::vector<std::string> SshServer::command() const { return command(""); }

std::vector<std::string> SshServer::command(const std::string& settings) const {
  const fs::path config = folder() / "ssh_config";
  write(config, settings + "\nIdentityFile " + (folder() / "key").string() +
                    "\nIdentitiesOnly yes\nIdentityAgent none\nStrictHostKeyChecking yes\n"
                    "UserKnownHostsFile " +
                    (folder() / "known_hosts").string() + "\nGlobalKnownHostsFile /dev/null\n");
  return {"ssh", "-F", config.string()};
}

void SshServer::cut() const { kill_descendants(sshd_.daemon->pid()); }

TlsEnd::TlsEnd(const std::string& port, const std::string& names, int days) {
  make_certificate(names, days);
  stunnel_ = listen_somewhere([&](int own_port) {
    const fs::path config = folder_.path() / "stunnel.conf";
    write(config, "foreground = yes\npid =\nsyslog = no\n[runtime]\naccept = 127.0.0.1:" +
                      std::to_string(own_port) + "\nconnect = 127.0.0.1:" + port +
                      "\ncert = " + (folder_.path() / "cert.pem").string() +
                      "\nkey = " + (folder_.path() / "key.pem").string() + "\n");
    return std::vector<std::string>{"stunnel4", config.string()};
  });
}

void TlsEnd::make_certificate(const std::string& names, int days) const {
  const auto at = [&](const char* name) { return (folder_.path() / name).string(); };
  const std::vector<std::string> key = {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                                        "-nodes"};
  const auto request = [&](std::vector<std::string> rest) {
    std::vector<std::string> command = {"openssl", "req"};
    command.insert(command.end(), key.begin(), key.end());
    command.insert(command.end(), rest.begin(), rest.end());
    run_program(command);
  };
  request({"-x509", "-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=Test authority",
           "-days", "2"});
  request({"-keyout", at("key.pem"), "-out", at("request"), "-subj", "/CN=Test runtime"});
  write(at("names"), "subjectAltName=" + names + "\n");
  run_program({"openssl", "x509", "-req", "-in", at("request"), "-CA", at("ca.pem"), "-CAkey",
               at("ca.key"), "-CAcreateserial", "-days", std::to_string(days), "-extfile",
               at("names"), "-out", at("cert.pem")});
}

}  // namespace codex::testing
