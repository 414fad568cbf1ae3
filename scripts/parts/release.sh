# shellcheck shell=bash
# How programs are built in release, with Swift's library inside. To be sourced after say.sh. CUTROOM_JOBS says how many
# compilers run at once; default: one per core.

release_build=(swift build -c release --static-swift-stdlib --jobs "${CUTROOM_JOBS:-$(nproc)}")

# Builds each PRODUCT of the tree that we are in, one after the other, with what the compiler says in LOGS/build-PRODUCT.log; then
# $programs is the folder that they lie in.   release LOGS PRODUCT…
release() {
    local logs=$1 product
    shift
    mkdir -p "$logs"
    for product in "$@"; do
        say "building $product in release (the four services' programs: some 10 minutes the first time on two cores)"
        watched "$logs/build-$product.log" "${release_build[@]}" --product "$product" || return 1
    done
    # shellcheck disable=SC2034  # for whoever calls this
    programs=$("${release_build[@]}" --show-bin-path)
}
