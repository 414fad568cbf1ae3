"""Which machine and which build: without them a number means nothing."""

import datetime
import os
import subprocess


def said_by(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().partition("\n")[0] if done.returncode == 0 else "unknown"


def processor():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "unknown processor"


def system():
    with open("/etc/os-release") as file:
        for line in file:
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip().strip('"')
    return "unknown system"


def load():
    return " ".join(f"{average:.2f}" for average in os.getloadavg())


def describe():
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    changed = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True)
    commit = said_by("git", "rev-parse", "--short", "HEAD") + (" and changes" if changed.stdout else "")
    build = os.environ.get("CUTROOM_BENCH_BUILD", "built before")
    return {
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, {processor()}, {memory_gib:.0f} GiB, {system()}, Linux {os.uname().release}",
        "build": f"commit {commit}, {build}; " + said_by("swift", "--version"),
        "ffmpeg": said_by("ffmpeg", "-version"),
        "load average at the start": load(),
    }
