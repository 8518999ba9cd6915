# shellcheck shell=bash
# Shared by tools/quickstart and tools/test: packages, the runtime, builds, and progress messages.
# Sourced from the repository's root.
# shellcheck disable=SC2034  # build_packages is for scripts that source this

build_packages=(
  g++:g++ cmake:cmake ninja-build:ninja npm:npm python3:python3 ca-certificates
  pkg-config nlohmann-json3-dev libcxxopts-dev libsimdjson-dev libcpp-httplib-dev
)
logs=build/logs
mkdir -p "$logs"

# When this is interrupted, nothing may keep running in the background. A child that is killed before
# bash has taken the trap from it runs it too, and must not.
background_jobs=()
trap '[[ $BASHPID != "$$" ]] || kill ${background_jobs[@]+"${background_jobs[@]}"} 2>/dev/null || true' EXIT

step() {
  printf '[%3d s] %s\n' "$SECONDS" "$*" >&2
}

fail() {
  step "error: $*"
  exit 1
}

install_packages() {
  step "Looking for the packages that the build needs"
  tools/setup/install_packages "$@" || fail "packages are missing"
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
    # So that a second clone reuses what the first one compiled.
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true
    export CCACHE_SLOPPINESS=pch_defines,time_macros # else no file with a PCH is cached
  fi
}

# The download takes about as long as a build: start it, build, then await it.
start_runtime_fetch() {
  step "Fetching the codex runtime, in the background"
  # Through cat its output is no terminal, so it prints progress as whole lines between those of the
  # build.
  tools/fetch_runtime >/dev/null 2> >(cat >&2) &
  runtime_job=$!
  background_jobs+=("$runtime_job")
}

await_runtime() {
  if kill -0 "$runtime_job" 2>/dev/null; then
    step "Waiting for the codex runtime"
  fi
  wait "$runtime_job" || fail "the codex runtime is not installed (its error is above)"
  step "The codex runtime is there"
}

# configure_and_build PRESET [CMAKE-BUILD-ARGUMENT...]
configure_and_build() {
  local preset=$1
  shift
  step "Configuring build/$preset"
  rm -f "$logs/$preset-build.log" # of an earlier run
  logged "$logs/$preset-configure.log" cmake --preset "$preset" || return
  step "Building build/$preset"
  logged "$logs/$preset-build.log" cmake --build --preset "$preset" "$@" || return
  step "Built build/$preset: $(tail -n 1 "$logs/$preset-build.log")"
}

# logged FILE COMMAND...: output into FILE, a progress message every 10 s, the end of FILE on
# failure.
logged() {
  local log=$1 ticker code=0
  shift
  tick "$log" &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || code=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if ((code != 0)); then
    tail -n 60 "$log" | sed 's/^/    /' >&2
    step "error: $* failed ($code); the end of its output is above, all of it in $log"
  fi
  return "$code"
}

tick() {
  local due=$((SECONDS + 10))
  while kill -0 $$ 2>/dev/null; do
    sleep 0.2
    if ((SECONDS >= due)); then
      step "  $(grep -o '\[[0-9]*/[0-9]*\]' "$1" | tail -n 1)"
      due=$((SECONDS + 10))
    fi
  done
}
