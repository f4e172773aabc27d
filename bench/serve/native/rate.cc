// rate --port P --paths FILE --rate R --connections C --seconds S --warmup W
//
// Asks at a constant rate whatever the server does: request n is due at start + n/R. It goes out over a free connection or, where
// none is free, waits for one; its latency counts from the time it was due, so that a slow server is not asked less in the
// bad moments (no coordinated omission). One thread, epoll with a clock of nanoseconds. Prints one line of JSON; times in
// microseconds. `late` is by how much requests went out late although a connection was free: the driver's own fault.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

using Nanos = int64_t;

Nanos Now() {
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  return Nanos{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "rate: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

struct Settings {
  uint16_t port = 0;
  double rate = 1000;
  size_t connections = 64;
  double seconds = 5, warmup = 1;
  std::vector<std::string> requests;
};

struct Connection {
  int fd = -1;
  bool busy = false;
  Nanos due = 0;
  std::string in;
};

struct Account {
  std::vector<uint32_t> answered, refused, late;
  uint64_t other = 0, broken = 0, bytes = 0;
};

class Driver {
 public:
  explicit Driver(const Settings& settings) : settings_(settings), connections_(settings.connections) {
    epoll_ = epoll_create1(0);
    if (epoll_ < 0) Fail("epoll");
    for (size_t i = 0; i < connections_.size(); ++i) {
      Open(i);
      free_.push_back(i);
    }
  }

  void Run() {
    const Nanos begin = Now() + 1'000'000;
    measured_from_ = begin + static_cast<Nanos>(settings_.warmup * 1e9);
    const auto total =
        static_cast<uint64_t>(std::llround((settings_.warmup + settings_.seconds) * settings_.rate));
    const Nanos end = begin + static_cast<Nanos>((settings_.warmup + settings_.seconds) * 1e9);
    const Nanos patience = end + 3'000'000'000;
    auto due = [&](uint64_t n) { return begin + static_cast<Nanos>(static_cast<double>(n) * 1e9 / settings_.rate); };
    uint64_t next = 0;
    while (true) {
      Nanos now = Now();
      for (; next < total && due(next) <= now; ++next) {
        if (!waiting_.empty() || free_.empty()) {
          waiting_.push_back(due(next));
          continue;
        }
        if (due(next) >= measured_from_) account_.late.push_back(Micros(now - due(next)));
        Send(due(next));
      }
      if (next == total && busy_ == 0 && waiting_.empty()) break;
      if (now > patience) break;
      Wait((next < total ? due(next) : patience) - now);
    }
    unanswered_ = busy_ + waiting_.size();
  }

  void Print() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& at) {
      return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_usec) / 1e6;
    };
    std::printf(
        "{\"rate\":%g,\"seconds\":%g,\"unanswered\":%llu,\"other\":%llu,\"broken\":%llu,\"bytes\":%llu,"
        "\"cpuSeconds\":%.3f",
        settings_.rate, settings_.seconds, static_cast<unsigned long long>(unanswered_),
        static_cast<unsigned long long>(account_.other), static_cast<unsigned long long>(account_.broken),
        static_cast<unsigned long long>(account_.bytes), seconds(used.ru_utime) + seconds(used.ru_stime));
    PrintTimes("answered", account_.answered);
    PrintTimes("refused", account_.refused);
    PrintTimes("late", account_.late);
    std::printf("}\n");
  }

 private:
  static uint32_t Micros(Nanos nanos) {
    return static_cast<uint32_t>(std::clamp<Nanos>(nanos / 1000, 0, UINT32_MAX));
  }

  static void PrintTimes(const char* name, std::vector<uint32_t>& values) {
    std::sort(values.begin(), values.end());
    auto at = [&](double share) {
      if (values.empty()) return 0U;
      const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
      return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
    };
    std::printf(",\"%s\":{\"count\":%zu,\"p50\":%u,\"p90\":%u,\"p99\":%u,\"p999\":%u,\"max\":%u}", name,
                values.size(), at(0.5), at(0.9), at(0.99), at(0.999), at(1));
  }

  void Open(size_t i) {
    Connection& connection = connections_[i];
    connection.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connection.fd < 0) Fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(settings_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fail("connect");
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) != 0) Fail("epoll_ctl");
  }

  void Send(Nanos due) {
    const size_t i = free_.front();
    free_.pop_front();
    Connection& connection = connections_[i];
    connection.busy = true;
    connection.due = due;
    ++busy_;
    const std::string& request = settings_.requests[sent_++ % settings_.requests.size()];
    const auto written = send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL);
    if (written != static_cast<ssize_t>(request.size())) Reopen(i);
  }

  void Reopen(size_t i) {
    Connection& connection = connections_[i];
    close(connection.fd);
    connection.in.clear();
    if (connection.busy) {
      connection.busy = false;
      --busy_;
      ++account_.broken;
      free_.push_back(i);
    }
    Open(i);
  }

  void Wait(Nanos nanos) {
    epoll_event events[256];
    const Nanos least = std::max<Nanos>(nanos, 0);
    timespec timeout{static_cast<time_t>(least / 1'000'000'000), static_cast<long>(least % 1'000'000'000)};
    const int count = epoll_pwait2(epoll_, events, 256, &timeout, nullptr);
    if (count < 0 && errno != EINTR) Fail("epoll_pwait2");
    for (int e = 0; e < count; ++e) Read(events[e].data.u64);
  }

  void Read(size_t i) {
    Connection& connection = connections_[i];
    char buffer[65536];
    const auto got = recv(connection.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return Reopen(i);
    account_.bytes += static_cast<uint64_t>(got);
    connection.in.append(buffer, static_cast<size_t>(got));
    const size_t head = connection.in.find("\r\n\r\n");
    if (head == std::string::npos || !connection.busy) return;
    const size_t length = LengthOf(connection.in, head);
    if (connection.in.size() < head + 4 + length) return;
    Answered(connection);
    const bool closes = strcasestr(connection.in.substr(0, head).c_str(), "\nconnection: close") != nullptr;
    connection.in.clear();
    connection.busy = false;
    --busy_;
    free_.push_back(i);
    if (closes) Reopen(i);
    while (!waiting_.empty() && !free_.empty()) {
      const Nanos due = waiting_.front();
      waiting_.pop_front();
      Send(due);
    }
  }

  static size_t LengthOf(const std::string& in, size_t head) {
    const char* field = strcasestr(in.c_str(), "\ncontent-length:");
    if (field == nullptr || field > in.c_str() + head) return 0;
    return std::strtoul(field + std::strlen("\ncontent-length:"), nullptr, 10);
  }

  void Answered(const Connection& connection) {
    const Nanos now = Now();
    if (connection.due < measured_from_) return;
    const int status = std::atoi(connection.in.c_str() + std::strlen("HTTP/1.1 "));
    const uint32_t micros = Micros(now - connection.due);
    if (status == 200) account_.answered.push_back(micros);
    else if (status == 503) account_.refused.push_back(micros);
    else ++account_.other;
  }

  const Settings& settings_;
  std::vector<Connection> connections_;
  std::deque<size_t> free_;
  std::deque<Nanos> waiting_;
  Account account_;
  int epoll_ = -1;
  uint64_t sent_ = 0;
  size_t busy_ = 0;
  size_t unanswered_ = 0;
  Nanos measured_from_ = 0;
};

Settings Read(const std::map<std::string, std::string>& given) {
  Settings settings;
  auto number = [&](const char* name) { return std::atof(given.at(name).c_str()); };
  settings.port = static_cast<uint16_t>(number("--port"));
  settings.rate = number("--rate");
  settings.connections = static_cast<size_t>(number("--connections"));
  settings.seconds = number("--seconds");
  settings.warmup = number("--warmup");
  std::ifstream paths(given.at("--paths"));
  for (std::string path; std::getline(paths, path);)
    settings.requests.push_back("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
  if (settings.requests.empty()) Fail("no paths");
  return settings;
}

}  // namespace

int main(int count, char** values) {
  std::map<std::string, std::string> given;
  for (int i = 1; i + 1 < count; i += 2) given[values[i]] = values[i + 1];
  prctl(PR_SET_TIMERSLACK, 1);
  const Settings settings = Read(given);
  Driver driver(settings);
  driver.Run();
  driver.Print();
}
