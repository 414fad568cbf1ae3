# shellcheck shell=bash
# How Cutroom's scripts speak: one line per step on standard error, with the script's name. To be sourced.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Runs a long command with its output in LOG, tells meanwhile how long it has been at it and where it is (at a terminal in
# one line, else every ten seconds), and shows the log's end if it fails.   watched LOG COMMAND…
watched() {
    local log=$1 began=$SECONDS ticker status=0
    shift
    : >"$log"
    # 9 is where scripts hold their locks, which nothing left over may keep.
    tell_progress "$log" 9>&- &
    ticker=$!
    # In the foreground, so that Ctrl-C ends it too.
    "$@" >"$log" 2>&1 </dev/null || status=$?
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    [ ! -t 2 ] || printf '\r\e[K' >&2
    if ((status != 0)); then
        tail -n 30 "$log" >&2
        say "that failed: $* (all of its output: $log)"
        return 1
    fi
    say "    done in $((SECONDS - began)) s"
}

# Says every so often what the last line of LOG is, until it is ended or this script is gone.   tell_progress LOG
tell_progress() {
    local log=$1 began=$SECONDS told=0 took line
    while sleep 0.5 && kill -0 $$ 2>/dev/null; do
        took=$((SECONDS - began))
        line=$(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c 1-100)
        if [ -t 2 ]; then
            printf '\r\e[K%s:     %s s, now: %s' "${0##*/}" "$took" "${line:0:55}" >&2
        elif ((took >= told + 10)); then
            told=$took
            say "    $took s, now: $line"
        fi
    done
}
