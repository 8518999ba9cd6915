#include "handlers/answer_terms.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace codex::detail {

TEST_CASE("an answer holds while each of its conditions does") {
  AnswerTerms terms;
  CHECK(terms.hold());
  bool is_true = true;
  terms.only_if([&] { return is_true; });
  terms.only_if([] { return true; });
  CHECK(terms.hold());
  is_true = false;
  CHECK_FALSE(terms.hold());
}

TEST_CASE("a condition that throws does not hold") {
  AnswerTerms terms;
  terms.only_if([]() -> bool { throw std::runtime_error("unknown"); });
  CHECK_FALSE(terms.hold());
}

TEST_CASE("an answer with more conditions than the limit does not hold") {
  AnswerTerms terms;
  for (std::size_t i = 0; i < AnswerTerms::max_conditions; ++i) terms.only_if([] { return true; });
  CHECK(terms.hold());
  terms.only_if([] { return true; });
  CHECK_FALSE(terms.hold());
}

}  // namespace codex::detail
