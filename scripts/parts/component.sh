# shellcheck shell=bash
# Starting, finding and ending the stack's processes. To be sourced after say.sh.

: "${stack:?the folder of the stack}"

# The process id of a component that runs, and nothing if it doesn't. A pid file alone proves nothing, for numbers are
# used again: the process must have been started with this stack's folder among its arguments.
pid_of() {
    local pid
    pid=$(cat "$stack/run/$1.pid" 2>/dev/null) || return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep --quiet --fixed-strings -- "$stack/" || return 1
    echo "$pid"
}

# Starts COMMAND detached from this terminal, its output in the component's log.   start NAME COMMAND…
start() {
    local name=$1
    shift
    # 9 is the stack's lock, which must not outlive this script.
    setsid "$@" >>"$stack/log/$name.log" 2>&1 </dev/null 9>&- &
    echo $! >"$stack/run/$name.pid"
    # Between fork and exec it is not yet known by its arguments, and would be taken for one that has ended.
    until pid_of "$name" >/dev/null || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
}

# Asks until COMMAND succeeds; fails with the log's end if the component ends first or 60 s pass.
#   ready NAME COMMAND…
ready() {
    local name=$1 limit=$((SECONDS + 60))
    shift
    until "$@" >/dev/null 2>&1; do
        if ! pid_of "$name" >/dev/null; then
            tail -n 20 "$stack/log/$name.log" >&2
            say "$name ended before it was ready (its log: $stack/log/$name.log)"
            return 1
        elif ((SECONDS > limit)); then
            tail -n 20 "$stack/log/$name.log" >&2
            say "$name was not ready after 60 s (its log: $stack/log/$name.log)"
            return 1
        fi
        sleep 0.1
    done
}

# Ends a component with all its process group: asks, and after 10 s insists. Nothing to do if it doesn't run.
end() {
    local name=$1 pid limit=$((SECONDS + 10))
    if pid=$(pid_of "$name"); then
        kill -- "-$pid"
        while pid_of "$name" >/dev/null; do
            ((SECONDS <= limit)) || kill -KILL -- "-$pid" 2>/dev/null || true
            sleep 0.1
        done
        [ "$name" = tie ] || say "$name stopped"
    fi
    rm -f "$stack/run/$name.pid"
}
