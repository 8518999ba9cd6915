#include "queue.hpp"

#include <array>
#include <utility>

namespace fleet {

namespace {

constexpr const char* jobs = "FLEET_JOBS";
constexpr const char* log = "FLEET_LOG";
constexpr const char* workers = "workers";

std::int64_t nanoseconds(std::chrono::nanoseconds time) { return time.count(); }

nats::Connection connect(const std::string& url) {
  natsOptions* options = nullptr;
  nats::check("make options", natsOptions_Create(&options));
  const nats::Options owned(options);
  nats::check("read the server's address", natsOptions_SetURL(options, url.c_str()));
  nats::check("set options", natsOptions_SetMaxReconnect(options, -1));  // a restart ends no worker
  natsConnection* connection = nullptr;
  nats::check("connect to " + url, natsConnection_Connect(&connection, options));
  return nats::Connection(connection);
}

/// Two programs that start at once may both make it.
void make_stream(jsCtx* stream, jsStreamConfig config) {
  jsErrCode code{};
  const auto status = js_AddStream(nullptr, stream, &config, nullptr, &code);
  if (code == JSStreamNameExistErr) return;  // made by another version of the fleet
  nats::check("make a stream: is it a server with JetStream (nats-server -js)?", status, code);
}

/// In order, whatever the network does, from the latest message of each subject on.
nats::Subscription subscribe(jsCtx* stream, const std::string& subject) {
  jsSubOptions options{};
  jsSubOptions_Init(&options);
  options.Stream = log;
  options.Ordered = true;
  options.Config.DeliverPolicy = js_DeliverLastPerSubject;
  natsSubscription* subscription = nullptr;
  jsErrCode code{};
  const auto status =
      js_SubscribeSync(&subscription, stream, subject.c_str(), nullptr, &options, &code);
  nats::check("subscribe", status, code);
  return nats::Subscription(subscription);
}

std::string_view text_of(const nats::Entry& entry) {
  return {static_cast<const char*>(kvEntry_Value(entry.get())),
          static_cast<std::size_t>(kvEntry_ValueLen(entry.get()))};
}

}  // namespace

Queue::Queue(const std::string& url) : connection_(connect(url)) {
  jsCtx* stream = nullptr;
  nats::check("use JetStream", natsConnection_JetStream(&stream, connection_.get(), nullptr));
  stream_.reset(stream);
  make_streams();
}

void Queue::make_streams() {
  jsStreamConfig config{};
  jsStreamConfig_Init(&config);
  std::array<const char*, 1> subjects{"fleet.jobs.*"};
  config.Name = jobs;
  config.Subjects = subjects.data();
  config.SubjectsLen = 1;
  config.Retention = js_WorkQueuePolicy;
  make_stream(stream_.get(), config);

  subjects = {"fleet.log.>"};
  config.Name = log;
  config.Retention = js_LimitsPolicy;
  config.MaxMsgsPerSubject = 1;
  config.AllowDirect = true;
  make_stream(stream_.get(), config);

  kvConfig bucket{};
  kvConfig_Init(&bucket);
  bucket.Bucket = "fleet_claims";
  kvStore* claims = nullptr;
  if (js_KeyValue(&claims, stream_.get(), bucket.Bucket) != NATS_OK) {
    nats::check("make a bucket", js_CreateKeyValue(&claims, stream_.get(), &bucket));
  }
  claims_.reset(claims);
}

/// The server compares and writes in one step, so of all that call this with one subject, one gets
/// true. That holds for ever, not just for the time in which it knows message ids.
bool Queue::publish_first(const std::string& subject, const std::string& text) {
  jsPubOptions options{};
  jsPubOptions_Init(&options);
  options.ExpectNoMessage = true;
  jsErrCode code{};
  const auto status = js_Publish(nullptr, stream_.get(), subject.c_str(), text.data(),
                                 static_cast<int>(text.size()), &options, &code);
  if (code == JSStreamWrongLastSequenceErr) return false;
  nats::check("publish to " + subject, status, code);
  return true;
}

bool Queue::submit(const Job& job) {
  if (!publish_first("fleet.jobs." + job.id, to_text(job))) return false;
  // A worker may have been quicker; then its word stays.
  publish_first("fleet.log.progress." + job.id,
                to_text(Progress{.job = job.id, .state = "queued"}));
  return true;
}

bool Queue::finish(const Result& result) {
  return publish_first("fleet.log.result." + result.job, to_text(result));
}

bool Queue::has_result(const std::string& job) { return last_of("result." + job) != 0; }

std::uint64_t Queue::last_of(const std::string& below) {
  jsDirectGetMsgOptions options{};
  jsDirectGetMsgOptions_Init(&options);
  const std::string subject = "fleet.log." + below;
  options.LastBySubject = subject.c_str();
  natsMsg* message = nullptr;
  const auto status = js_DirectGetMsg(&message, stream_.get(), log, nullptr, &options);
  const nats::Message owned(message);
  if (status == NATS_NOT_FOUND) return 0;
  nats::check("look into the log", status);
  return natsMsg_GetSequence(message);
}

void Queue::bury(const Taken& taken, const std::string& reason) {
  publish_first("fleet.log.dead." + std::to_string(taken.sequence),
                to_text(DeadLetter{taken.subject, reason, taken.text.substr(0, 1000)}));
}

void Queue::report(const Progress& progress) noexcept {
  const std::string subject = "fleet.log.progress." + progress.job;
  const std::string text = to_text(progress);
  natsConnection_Publish(connection_.get(), subject.c_str(), text.data(),
                         static_cast<int>(text.size()));
}

nats::Entry Queue::entry(const std::string& job) {
  kvEntry* found = nullptr;
  const auto status = kvStore_Get(&found, claims_.get(), job.c_str());
  if (status != NATS_NOT_FOUND) nats::check("read a claim", status);
  return nats::Entry(found);
}

std::optional<Claimed> Queue::claim(const std::string& job, const Taken& taken,
                                    const std::string& worker) {
  Claimed mine{.claim = {.sequence = taken.sequence, .attempt = taken.attempt, .worker = worker}};
  if (const auto before = entry(job)) {
    mine.revision = kvEntry_Revision(before.get());
    const auto theirs = codex::Json::parse(text_of(before)).get<Claim>();
    if (std::pair(theirs.sequence, theirs.attempt) >= std::pair(taken.sequence, taken.attempt)) {
      return std::nullopt;
    }
    mine.claim.thread = theirs.thread;
  }
  if (!update(job, mine)) return std::nullopt;
  return mine;
}

bool Queue::update(const std::string& job, Claimed& claimed) {
  const std::string text = to_text(claimed.claim);
  const int size = static_cast<int>(text.size());
  auto* const claims = claims_.get();
  const auto status = claimed.revision == 0 ? kvStore_Create(&claimed.revision, claims, job.c_str(),
                                                             text.data(), size)
                                            : kvStore_Update(&claimed.revision, claims, job.c_str(),
                                                             text.data(), size, claimed.revision);
  return status == NATS_OK;
}

bool Queue::is_still(const std::string& job, const Claimed& claimed) {
  const auto now = entry(job);
  return now && kvEntry_Revision(now.get()) == claimed.revision;
}

void Queue::follow(const std::string& below, const std::function<bool(const Logged&)>& see) {
  const auto subscription = subscribe(stream_.get(), "fleet.log." + below);
  for (bool goes_on = true; goes_on;) {
    natsMsg* next = nullptr;
    const auto status = natsSubscription_NextMsg(&next, subscription.get(), 200);
    if (status != NATS_TIMEOUT) nats::check("read on", status);
    const nats::Message message(next);
    Logged logged;
    if (message) {
      const auto data = nats::meta_data_of(message);
      logged = {natsMsg_GetSubject(next), nats::text_of(message), data->Sequence.Stream,
                data->NumPending};
    }
    goes_on = see(logged);
  }
}

Intake::Intake(Queue& queue, std::chrono::seconds lease) {
  jsConsumerConfig config{};
  jsConsumerConfig_Init(&config);
  config.Durable = workers;
  config.AckPolicy = js_AckExplicit;
  config.AckWait = nanoseconds(lease);
  config.MaxDeliver = -1;  // the worker counts: what the server gives up, nobody hears of
  config.MaxAckPending = -1;
  jsErrCode code{};
  auto* const stream = queue.stream_.get();
  nats::check("make a consumer", js_AddConsumer(nullptr, stream, jobs, &config, nullptr, &code),
              code);

  jsSubOptions options{};
  jsSubOptions_Init(&options);
  options.Stream = jobs;
  options.Consumer = workers;
  natsSubscription* raw = nullptr;
  nats::check("take from the queue",
              js_PullSubscribe(&raw, stream, nullptr, workers, nullptr, &options, &code), code);
  subscription_.reset(raw);
}

std::optional<Taken> Intake::take(std::chrono::milliseconds patience) {
  natsMsgList list{};
  jsErrCode code{};
  const auto status =
      natsSubscription_Fetch(&list, subscription_.get(), 1, patience.count(), &code);
  if (status == NATS_TIMEOUT) return std::nullopt;
  nats::check("take a job", status, code);
  Taken taken;
  if (list.Count > 0) taken.message.reset(std::exchange(list.Msgs[0], nullptr));
  natsMsgList_Destroy(&list);
  if (!taken.message) return std::nullopt;

  const auto data = nats::meta_data_of(taken.message);
  taken.text = nats::text_of(taken.message);
  taken.subject = natsMsg_GetSubject(taken.message.get());
  taken.sequence = data->Sequence.Stream;
  taken.attempt = data->NumDelivered;
  return taken;
}

}  // namespace fleet
