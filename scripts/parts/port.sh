# shellcheck shell=bash
# Ports for servers of this machine's own. To be sourced.

# A port of 127.0.0.1 that nobody listens on, below those that the kernel gives to outgoing connections and below those of
# Tests/TestStack/FreePort.swift, which are bound before anybody listens.
free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 6000))
        grep --quiet --ignore-case ":$(printf '%04x' "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
    done
    echo "$port"
}
