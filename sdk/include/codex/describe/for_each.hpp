#pragma once

/// The preprocessor's side of CODEX_DESCRIBE: what it does with each of its items, which are names
/// or, in parentheses, names with more about them. Up to some 340 items.

#define CODEX_DETAIL_PARENS ()
#define CODEX_DETAIL_SCAN_4(...) \
  CODEX_DETAIL_SCAN_3(CODEX_DETAIL_SCAN_3(CODEX_DETAIL_SCAN_3(CODEX_DETAIL_SCAN_3(__VA_ARGS__))))
#define CODEX_DETAIL_SCAN_3(...) \
  CODEX_DETAIL_SCAN_2(CODEX_DETAIL_SCAN_2(CODEX_DETAIL_SCAN_2(CODEX_DETAIL_SCAN_2(__VA_ARGS__))))
#define CODEX_DETAIL_SCAN_2(...) \
  CODEX_DETAIL_SCAN_1(CODEX_DETAIL_SCAN_1(CODEX_DETAIL_SCAN_1(CODEX_DETAIL_SCAN_1(__VA_ARGS__))))
#define CODEX_DETAIL_SCAN_1(...) \
  CODEX_DETAIL_SCAN_0(CODEX_DETAIL_SCAN_0(CODEX_DETAIL_SCAN_0(CODEX_DETAIL_SCAN_0(__VA_ARGS__))))
#define CODEX_DETAIL_SCAN_0(...) __VA_ARGS__

/// macro(Type, item), macro(Type, item), ...
#define CODEX_DETAIL_FOR_EACH(macro, Type, ...) \
  __VA_OPT__(CODEX_DETAIL_SCAN_4(CODEX_DETAIL_NEXT(macro, Type, __VA_ARGS__)))
#define CODEX_DETAIL_NEXT(macro, Type, item, ...) \
  macro(Type, CODEX_DETAIL_UNWRAP(item))          \
      __VA_OPT__(, CODEX_DETAIL_NEXT_AGAIN CODEX_DETAIL_PARENS(macro, Type, __VA_ARGS__))
#define CODEX_DETAIL_NEXT_AGAIN() CODEX_DETAIL_NEXT

/// Takes the parentheses off, where there are some.
#define CODEX_DETAIL_UNWRAP(item) CODEX_DETAIL_VANISH_IN_FRONT(CODEX_DETAIL_OPEN item)
#define CODEX_DETAIL_OPEN(...) CODEX_DETAIL_OPEN __VA_ARGS__
#define CODEX_DETAIL_VANISH_IN_FRONT(...) CODEX_DETAIL_VANISH_PASTE(__VA_ARGS__)
#define CODEX_DETAIL_VANISH_PASTE(...) CODEX_DETAIL_VANISH_##__VA_ARGS__
#define CODEX_DETAIL_VANISH_CODEX_DETAIL_OPEN
