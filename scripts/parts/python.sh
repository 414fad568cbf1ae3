# shellcheck shell=bash
# The Python environments of the checks, made once per machine. To be sourced after say.sh, at the top of the tree.

# shellcheck source=scripts/parts/cache.sh
. scripts/parts/cache.sh

# Sets checks_python to its interpreter and checks_kubernetes to a folder of Kubernetes' schemas. The maker says itself why
# it can't be had.
has_checks_python() {
    local here=scripts/check-deploy.d name
    name=deploy-python-$(python3 -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')-$(digest $here/{requirements.txt,python,schemas.py})
    cached "$name" "installing the Python packages of the checks (60 s)" $here/python || return 1
    # shellcheck disable=SC2034  # for whoever sources this
    checks_python=$cache/$name/bin/python
    # shellcheck disable=SC2034
    checks_kubernetes=$cache/$name/kubernetes
    export PYTHONDONTWRITEBYTECODE=1
}

# Sets http_python to the folder of the programs of an environment with schemathesis.
has_http_python() {
    local programs
    has_packages http "installing schemathesis (20 s)" || return 1
    # shellcheck disable=SC2034
    http_python=$programs
}

# Sets transcripts_python to an interpreter that has webvtt-py and srt.
has_transcripts_python() {
    local programs
    has_packages transcripts "installing webvtt-py and srt (5 s)" || return 1
    # shellcheck disable=SC2034
    transcripts_python=$programs/python
}

# Sets programs to the folder of those of an environment with the packages that scripts/check-NAME.d lists.   has_packages NAME SAYING
has_packages() {
    local list=scripts/check-$1.d/requirements.txt name
    name=$1-python-$(python3 -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')-$(digest "$list" scripts/parts/make-python)
    cached "$name" "$2" scripts/parts/make-python "$list" || return 1
    programs=$cache/$name/bin
}
