# shellcheck shell=bash
# What benchmarks and fault tests run beside the services. To be sourced after say.sh, cache.sh and release.sh.

# shellcheck disable=SC2154  # cache is of cache.sh

# The load generator and the program that writes and reads records as they are: CUTROOM_BENCH_TOOLS.
load_tools() {
    local name
    name=bench-tools-$(digest scripts/bench.d/tools/{build,go.mod,go.sum,records/main.go})
    cached "$name" "building the load generator and the program that writes records (60 s)" scripts/bench.d/tools/build
    export CUTROOM_BENCH_TOOLS=$cache/$name
}

# What stands between the services and what they need: CUTROOM_CHAOS_TOOLS.
fault_tools() {
    local name
    name=chaos-tools-$(digest scripts/chaos.d/tools/{build,go.mod,faults/*.go})
    cached "$name" "building the program that breaks things (20 s)" scripts/chaos.d/tools/build
    export CUTROOM_CHAOS_TOOLS=$cache/$name
}

# The program that writes records of ours by our own codec: CUTROOM_SAMPLE_RECORDS. A folder of programs may hold it already.
#   sample_records FOLDER LOGS
sample_records() {
    local programs=$1
    [ -x "$programs/sample-records" ] || release "$2" sample-records
    export CUTROOM_SAMPLE_RECORDS=$programs/sample-records
}
