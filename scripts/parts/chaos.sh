# shellcheck shell=bash
# What scripts/chaos and scripts/soak begin with: the services, the tools, and a stack of their own that is gone when
# they are. To be sourced after say.sh, at the top of the tree.

# shellcheck source=scripts/parts/cache.sh
. scripts/parts/cache.sh
# shellcheck source=scripts/parts/port.sh
. scripts/parts/port.sh
# shellcheck source=scripts/parts/release.sh
. scripts/parts/release.sh
# shellcheck source=scripts/parts/tools.sh
. scripts/parts/tools.sh

# The ffmpeg that the images hold: with the distribution's, starting it is nearly all of what a cut costs. To be called
# first where the number of cuts matters.
chaos_takes_minimal_ffmpeg() {
    FFMPEG_PATH=${FFMPEG_PATH:-$(scripts/parts/minimal-ffmpeg)} || die "set FFMPEG_PATH to do without it"
    export FFMPEG_PATH
}

# Builds what is missing, starts a stack, and exports where everything is.
chaos_begins() {
    local program
    for program in go python3 java curl; do
        command -v "$program" >/dev/null || die "$program is missing; scripts/bootstrap test installs it"
    done
    mkdir -p .chaos
    CUTROOM_CHAOS_FOLDER=$(mktemp -d "$PWD/.chaos/run.XXXXXX")
    export CUTROOM_CHAOS_FOLDER
    trap chaos_ends EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    chaos_builds
    chaos_starts
}

chaos_builds() {
    local programs
    if [ -z "${CUTROOM_CHAOS_BIN:-}" ]; then
        release "$CUTROOM_CHAOS_FOLDER" gateway resolver cutter cutroom
        CUTROOM_CHAOS_BIN=$programs
    fi
    export CUTROOM_CHAOS_BIN
    sample_records "$CUTROOM_CHAOS_BIN" "$CUTROOM_CHAOS_FOLDER"
    fault_tools
    load_tools
}

chaos_starts() {
    local name port taken=() ports=()
    # Each service reaches the broker at an address of its own, so that its way there can be broken alone.
    while ((${#taken[@]} < 9)); do
        port=$(free_port)
        [[ " ${taken[*]} " == *" $port "* ]] || taken+=("$port")
    done
    local index=0
    CUTROOM_KAFKA_LISTENERS=''
    for name in gateway resolver cutter; do
        CUTROOM_KAFKA_LISTENERS+=" ${name^^}:${taken[index]}:${taken[index + 1]}"
        ports+=("tcp,$name,127.0.0.1:${taken[index + 1]},127.0.0.1:${taken[index]}")
        index=$((index + 2))
    done
    export CUTROOM_KAFKA_LISTENERS CUTROOM_STACK_PORTS=auto CUTROOM_STACK_DIR=$CUTROOM_CHAOS_FOLDER/stack
    # Tied to this script, so that not even kill -9 leaves components behind.
    CUTROOM_STACK_TIED_TO=$$ scripts/stack up
    eval "$(scripts/stack env)"
    local episode
    episode=chaos-episode-$(digest scripts/chaos.d/make-episode)
    cached "$episode" "making an episode (20 s)" scripts/chaos.d/make-episode
    "$CUTROOM_TEST_SEED" sample "$cache/$episode" >&2
    local mongodb=${MONGODB_URI#mongodb://}
    ports+=("tcp,mongodb,127.0.0.1:${taken[6]},${mongodb%/}")
    ports+=("s3,s3,127.0.0.1:${taken[7]},${AWS_ENDPOINT_URL_S3#http://}")
    export CUTROOM_CHAOS_CONTROL=127.0.0.1:${taken[8]} CUTROOM_CHAOS_PROXIES="${ports[*]}"
}

chaos_ends() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    if [ -n "${CUTROOM_STACK_DIR:-}" ]; then scripts/stack reset || status=1; fi
    if [ "$status" -eq 0 ] && [ -z "${CUTROOM_CHAOS_KEEP:-}" ]; then
        rm -rf "$CUTROOM_CHAOS_FOLDER"
    else
        say "logs of the services and the stack: $CUTROOM_CHAOS_FOLDER"
    fi
    exit "$status"
}
