#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case inline_types: what has no name is named after its place") {
  const Order order{.item = OrderItem{.size = OrderItemSize::big,
                                      .inner = OrderItemInner{.deep = OrderItemInnerDeep{.x = 1}}},
                    .list = {{OrderListItem{.n = 1}}},
                    .by_name = {{{"a", OrderByNameValue::off}}},
                    .choice = TwoOrderChoice{.v = 2}};
  CHECK(Json(order) == Json::parse(R"({"item":{"size":"big","inner":{"deep":{"x":1}}},
      "list":[{"n":1}],"byName":{"a":"off"},"choice":{"type":"two","v":2}})"));
  round_trips<Order>(encode(order));
}

}  // namespace codex::protocol
