# shellcheck shell=bash
# What is fetched or built once per machine lies outside the tree, in ${XDG_CACHE_HOME:-~/.cache}/cutroom. To be sourced
# after say.sh.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/cutroom

# The folder $cache/NAME; if it is not there, SAYING is said and BUILDER makes it: a program that fills the empty folder
# it is given. Other runs that want the same wait for this one, and a half-made folder is never seen under its name.
#   cached NAME SAYING BUILDER…
cached() {
    local folder=$cache/$1 saying=$2 new
    shift 2
    [ -d "$folder" ] && return
    mkdir -p "$cache"
    (
        exec 9>"$folder.lock"
        flock --nonblock 9 || {
            say "another run is at it, waiting: $saying"
            flock 9
        }
        [ -d "$folder" ] && exit
        rm -rf "$folder".new.*
        new=$(mktemp -d "$folder.new.XXXXXX")
        say "$saying"
        watched "$folder.log" "$@" "$new" || exit 1
        chmod 755 "$new"
        mv -T "$new" "$folder"
    )
}

# Names the contents of files by a few characters: what is made of them is made again when they change.
digest() { cat "$@" | sha256sum | cut -c 1-12; }
