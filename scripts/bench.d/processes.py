"""What processes take, from /proc."""

import os
import threading

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of the process and of the children that it has waited for."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) * TICK_S


def memory_mib(pid):
    """(RSS, PSS) in MiB. PSS counts a page that several processes share only in part."""
    sizes = {}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            name, _, rest = line.partition(":")
            if name in ("Rss", "Pss"):
                sizes[name] = int(rest.split()[0]) / 1024
    return sizes["Rss"], sizes["Pss"]


def tree(pid):
    """The process and all that descend from it."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def listening_on(port):
    """The processes that hold the listening socket of a TCP port: the workers of a server, and who started them."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as file:
            for line in list(file)[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if any(os.readlink(entry.path) in inodes for entry in os.scandir(f"/proc/{pid}/fd")):
                found.append(int(pid))
        except OSError:
            pass
    return found


class Usage:
    """CPU of some processes by name between `__enter__` and `__exit__`, and their most memory, children included."""

    def __init__(self, groups, watch_memory=False):
        self.groups = groups
        self.cpu = {}
        self.peak_rss_mib = {name: 0.0 for name in groups}
        self._watch = threading.Thread(target=self._sample, daemon=True) if watch_memory else None
        self._over = threading.Event()

    def _read(self):
        return {name: sum(cpu_seconds(pid) for pid in pids) for name, pids in self.groups.items()}

    def _sample(self):
        while not self._over.wait(0.1):
            for name, pids in self.groups.items():
                total = 0.0
                for pid in {descendant for pid in pids for descendant in tree(pid)}:
                    try:
                        total += memory_mib(pid)[0]
                    except (OSError, KeyError):
                        pass
                self.peak_rss_mib[name] = max(self.peak_rss_mib[name], total)

    def __enter__(self):
        self._before = self._read()
        if self._watch:
            self._watch.start()
        return self

    def __exit__(self, *_):
        if self._watch:
            self._over.set()
            self._watch.join()
        after = self._read()
        self.cpu = {name: after[name] - self._before[name] for name in self.groups}
