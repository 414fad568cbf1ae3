# shellcheck shell=bash
# A script's help is the comment at its head. To be sourced first of all, before the folder is changed and with the script's
# own arguments: --help, or -h, as the first of them prints the help on standard output and ends the script with 0.

help_of=$(realpath "$0")

show_help() { sed -n '2,/^set /{ /^set /d; s/^# \{0,1\}//p }' "$help_of"; }

case "${1:-}" in
-h | --help)
    show_help
    exit 0
    ;;
esac
