# shellcheck shell=bash
# How Cutroom's scripts speak: one line per step on standard error, with the script's name. To be sourced.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Runs a long command with its output in LOG, tells every ten seconds that it goes on and where it is, and shows the
# log's end if it fails.   watched LOG COMMAND…
watched() {
    local log=$1 began=$SECONDS child told=0 took
    shift
    "$@" >"$log" 2>&1 </dev/null &
    child=$!
    while kill -0 "$child" 2>/dev/null; do
        took=$((SECONDS - began))
        if ((took >= told + 10)); then
            told=$took
            say "    $took s, now: $(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c 1-100)"
        fi
        sleep 0.2
    done
    if ! wait "$child"; then
        tail -n 30 "$log" >&2
        say "that failed: $* (all of its output: $log)"
        return 1
    fi
    say "    done in $((SECONDS - began)) s"
}
