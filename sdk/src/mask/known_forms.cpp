#include "mask/known_forms.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"

namespace codex::detail {
namespace {

using Tail = KnownForm::Tail;

constexpr auto forms = std::to_array<KnownForm>({
    // OpenAI, Anthropic and others with the same form of keys
    {"sk-", 7},
    {"gsk_", 16, Tail::plain},
    {"hf_", 16, Tail::plain},
    {"nvapi-", 16},
    {"pplx-", 16, Tail::plain},
    {"r8_", 16, Tail::plain},
    {"xai-", 16, Tail::plain},
    // JSON Web Tokens
    {"eyJ", 17, Tail::token, true},
    // Git hosts
    {"ghp_", 16, Tail::plain},
    {"gho_", 16, Tail::plain},
    {"ghu_", 16, Tail::plain},
    {"ghs_", 16, Tail::plain},
    {"ghr_", 16, Tail::plain},
    {"github_pat_", 16},
    {"glpat-", 16, Tail::dotted},
    {"gldt-", 16, Tail::dotted},
    {"glrt-", 16, Tail::dotted},
    {"glptt-", 16, Tail::dotted},
    {"glcbt-", 16, Tail::dotted},
    {"glsoat-", 16, Tail::dotted},
    // Slack
    {"xoxa-", 8},
    {"xoxb-", 8},
    {"xoxe-", 8},
    {"xoxe.", 8, Tail::dotted},
    {"xoxp-", 8},
    {"xoxr-", 8},
    {"xoxs-", 8},
    {"xapp-", 8},
    // Clouds
    {"AKIA", 16, Tail::upper},
    {"ASIA", 16, Tail::upper},
    {"AIza", 30},
    {"GOCSPX-", 16},
    {"ya29.", 16, Tail::dotted},
    {"dop_v1_", 16, Tail::plain},
    {"doo_v1_", 16, Tail::plain},
    {"dor_v1_", 16, Tail::plain},
    {"dapi", 32, Tail::plain},
    {"hvs.", 16},
    {"hvb.", 16},
    {"sbp_", 32, Tail::plain},
    {"tskey-", 16},
    // Registries of packages
    {"npm_", 30, Tail::plain},
    {"pypi-", 16},
    {"dckr_pat_", 16},
    // Payments and shops
    {"sk_live_", 8, Tail::plain},
    {"sk_test_", 8, Tail::plain},
    {"rk_live_", 8, Tail::plain},
    {"rk_test_", 8, Tail::plain},
    {"whsec_", 8},
    {"shpat_", 16, Tail::plain},
    {"shpss_", 16, Tail::plain},
    {"shpca_", 16, Tail::plain},
    {"shppa_", 16, Tail::plain},
    {"sq0csp-", 16},
    {"sq0atp-", 16},
    // Others
    {"SG.", 20, Tail::dotted},
    {"ATATT3", 16, Tail::token},
    {"PMAK-", 16},
    {"figd_", 16},
    {"glsa_", 16},
    {"lin_api_", 16, Tail::plain},
    {"ntn_", 16, Tail::plain},
    {"sntrys_", 16, Tail::token},
    {"AGE-SECRET-KEY-", 16},
    // A key file in base64, with its first line or without
    {"LS0tLS1CRUdJTi", 4, Tail::token},
    {"b3BlbnNzaC1rZXktdjE", 4, Tail::token},
});

}  // namespace

const KnownForm* known_form(std::string_view word) {
  const auto* const found = std::find_if(forms.begin(), forms.end(), [&](const KnownForm& form) {
    return word.starts_with(form.prefix);
  });
  return found == forms.end() ? nullptr : found;
}

bool is_word_char(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '-';
}

bool is_tail_char(char c, Tail tail) {
  if (is_ascii_digit(c) || is_ascii_upper(c)) return true;
  switch (tail) {
    case Tail::upper:
      return false;
    case Tail::plain:
      return is_ascii_letter(c);
    case Tail::word:
      return is_word_char(c);
    case Tail::dotted:
      return is_word_char(c) || c == '.';
    case Tail::token:
      break;
  }
  return is_word_char(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

}  // namespace codex::detail
