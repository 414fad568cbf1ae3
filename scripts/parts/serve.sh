# shellcheck shell=bash
# A "cutroom serve" that a check asks. To be sourced after say.sh, at the top of the tree.

# shellcheck source=scripts/parts/cache.sh
. scripts/parts/cache.sh
# shellcheck source=scripts/parts/port.sh
. scripts/parts/port.sh

# Makes the sample episode, whose folder is then `sample`, and `scratch`, which goes at the end, as does whatever is served.
serve_begins() {
    local name
    name=sample-$(digest scripts/parts/make-sample-episode)
    cached "$name" "making a sample episode of spoken time marks (10 s)" scripts/parts/make-sample-episode
    # shellcheck disable=SC2034  # for whoever sources this
    sample=$cache/$name
    scratch=$(mktemp -d)
    served=''
    trap serve_ends EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

serve_ends() {
    local status=$?
    trap - EXIT
    [ -z "$served" ] || kill "$served" 2>/dev/null || true
    wait
    [ "$status" -eq 0 ] || tail -n 5 "$scratch/log" >&2
    rm -rf "$scratch"
    exit "$status"
}

# Serves a folder of episodes at `address`; what it says is in $scratch/out and $scratch/log.   serve PROGRAMS EPISODES
serve() {
    local port deadline=$((SECONDS + 60))
    port=$(free_port)
    address=http://127.0.0.1:$port
    setpriv --pdeathsig KILL "$1/cutroom" serve "$2" --port "$port" --data "$scratch/data" >"$scratch/out" 2>"$scratch/log" &
    served=$!
    until curl --silent --fail --max-time 2 --output "$scratch/ready" "$address/readyz"; do
        serve_goes_on
        ((SECONDS < deadline)) || die "it is not ready after 60 s: $(cat "$scratch/ready" 2>/dev/null)"
        sleep 0.2
    done
}

serve_goes_on() { kill -0 "$served" 2>/dev/null || die "it has ended"; }
