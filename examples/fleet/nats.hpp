// The C client of NATS with owners and exceptions: only what the queue needs.
#pragma once

#include <memory>
#include <nats/nats.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fleet::nats {

class Error : public std::runtime_error {
 public:
  Error(std::string_view doing, natsStatus status, int code = 0)
      : std::runtime_error("NATS cannot " + std::string(doing) + ": " + why(status, code)) {}

 private:
  static std::string why(natsStatus status, int code) {
    std::string text = natsStatus_GetText(status);
    if (code != 0) text += " (JetStream error " + std::to_string(code) + ')';
    return text;
  }
};

inline void check(std::string_view doing, natsStatus status, int code = 0) {
  if (status != NATS_OK) throw Error(doing, status, code);
}

template <auto destroy>
struct Destroy {
  void operator()(auto* object) const noexcept { destroy(object); }
};

using Options = std::unique_ptr<natsOptions, Destroy<natsOptions_Destroy>>;
using Connection = std::unique_ptr<natsConnection, Destroy<natsConnection_Destroy>>;
using JetStream = std::unique_ptr<jsCtx, Destroy<jsCtx_Destroy>>;
using Subscription = std::unique_ptr<natsSubscription, Destroy<natsSubscription_Destroy>>;
using Message = std::unique_ptr<natsMsg, Destroy<natsMsg_Destroy>>;
using MetaData = std::unique_ptr<jsMsgMetaData, Destroy<jsMsgMetaData_Destroy>>;
using ConsumerInfo = std::unique_ptr<jsConsumerInfo, Destroy<jsConsumerInfo_Destroy>>;
using KeyValue = std::unique_ptr<kvStore, Destroy<kvStore_Destroy>>;
using Entry = std::unique_ptr<kvEntry, Destroy<kvEntry_Destroy>>;

inline std::string_view text_of(const Message& message) {
  return {natsMsg_GetData(message.get()),
          static_cast<std::size_t>(natsMsg_GetDataLength(message.get()))};
}

inline MetaData meta_data_of(const Message& message) {
  jsMsgMetaData* data = nullptr;
  check("read a message", natsMsg_GetMetaData(&data, message.get()));
  return MetaData(data);
}

}  // namespace fleet::nats
