# shellcheck shell=bash
# shellcheck disable=SC2154  # logs is of steps.bash
# Shared by tools/platforms/NAME, after steps.bash: parts that pass, fail or are skipped, counted as
# tools/test expects it.

parts_passed=0
parts_failed=()
parts_skipped=()

# part NAME COMMAND...: passes if the command does; its output is a log, whose end is shown if not.
part() {
  local name=$1 log
  shift
  log=$logs/$(basename "$0")-${name//[^A-Za-z0-9]/_}.log
  step "$name"
  if logged "$log" "$@"; then
    parts_passed=$((parts_passed + 1))
  else
    parts_failed+=("$name")
    return 1
  fi
}

# run_tests PRESET [CTEST-ARGUMENT...]: each is a part of its own.
run_tests() {
  local preset=$1 here code=0 counts=()
  here=$PWD/$logs/$(basename "$0")
  local report=$here-tests.xml why=$here-why.txt
  shift
  rm -f "$report" "$why"
  logged "$here-tests.log" ctest --preset "$preset" --output-junit "$report" "$@" ||
    code=$?
  mapfile -t counts < <(tools/setup/count_tests "$report" "$why")
  ((${#counts[@]} >= 3)) || counts=(0 0 0)
  if ((code != 0 && counts[1] == 0)); then counts+=("ctest ended with $code"); fi
  parts_passed=$((parts_passed + counts[0]))
  parts_failed+=("${counts[@]:3}")
  ((counts[2] == 0)) || skip "tests" "${counts[2]} of them do not run here"
}

# skip NAME REASON
skip() {
  step "$1: skipped, $2"
  parts_skipped+=("$1: $2")
}

# The verdict, and the exit status.
verdict() {
  ((${#parts_skipped[@]} == 0)) || printf 'skipped: %s\n' "${parts_skipped[@]}"
  ((${#parts_failed[@]} == 0)) || printf 'failed: %s\n' "${parts_failed[@]}"
  local told="$parts_passed passed, ${#parts_failed[@]} failed"
  ((${#parts_skipped[@]} == 0)) || told+=", ${#parts_skipped[@]} skipped"
  echo "$told"
  ((parts_passed > 0 && ${#parts_failed[@]} == 0))
}
