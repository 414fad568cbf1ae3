"""Writes an OCI bundle that runs an image with the settings of its service in docker-compose.yml, as an engine does.

  bundle.py COMPOSE.json TARGET FOLDER ID [--bind FROM:TO:ro|rw …] [--setting NAME=VALUE …] -- [WORDS…]

COMPOSE.json is what "docker-compose config --format json" says; a TARGET that is no service there is hardened like the gateway,
without settings. FOLDER has the image's root (root: its path) and what "buildah inspect --type image" says (image.json); it gets
config.json, health.json (the image's health check as a process, if it has one), and revision (the image's label).

Sources: OCI Runtime Specification 1.1, config.md and config-linux.md; the Compose Specification, 05-services.md.
"""

import argparse
import json
import os
import platform
import sys

LABELS = ("vendor", "licenses", "revision", "version", "created", "source", "title", "description")
# The system calls that engines allow; Debian's package of it comes with buildah.
SECCOMP = "/usr/share/containers/seccomp.json"
SAFE = ["nosuid", "noexec", "nodev"]


def system_calls():
    """The engines' own list, for a process without capabilities on this machine."""
    with open(SECCOMP, encoding="utf-8") as file:
        listed = json.load(file)
    arch = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    rules = []
    for rule in listed["syscalls"]:
        includes = rule.get("includes") or {}
        if includes.get("caps") or arch not in includes.get("arches", [arch]):
            continue
        rules.append({name: rule[name] for name in ("names", "action", "errnoRet", "args") if rule.get(name) is not None})
    architectures = next([one["architecture"], *(one["subArchitectures"] or [])] for one in listed["archMap"]
                         if one["architecture"] == f"SCMP_ARCH_{platform.machine().upper()}")
    return {"defaultAction": listed["defaultAction"], "defaultErrnoRet": listed["defaultErrnoRet"],
            "architectures": architectures, "syscalls": rules}


def mounts(service, binds):
    yield {"destination": "/proc", "type": "proc", "source": "proc", "options": SAFE}
    yield {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]}
    for path in service["tmpfs"]:
        yield {"destination": path, "type": "tmpfs", "source": "tmpfs", "options": [*SAFE, "mode=1777"]}
    for bind in binds:
        where, to, how = bind.split(":")
        yield {"destination": to, "type": "bind", "source": where, "options": ["bind", how, *SAFE]}


def main():
    parser = argparse.ArgumentParser()
    for name in ("compose", "target", "folder", "id"):
        parser.add_argument(name)
    parser.add_argument("--bind", action="append", default=[])
    parser.add_argument("--setting", action="append", default=[])
    cut = sys.argv.index("--")
    told, words = parser.parse_args(sys.argv[1:cut]), sys.argv[cut + 1:]

    def read(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def write(name, value):
        with open(os.path.join(told.folder, name), "w", encoding="utf-8") as file:
            file.write(value if isinstance(value, str) else json.dumps(value, indent=2))

    services = read(told.compose)["services"]
    service = services.get(told.target) or {**services["gateway"], "environment": {}}
    hardened = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    if any(service.get(name) != value for name, value in hardened.items()):
        sys.exit(f"bundle: docker-compose.yml does not give {told.target} all of {hardened}")
    image = read(os.path.join(told.folder, "image.json"))["Docker"]["config"]
    with open(os.path.join(told.folder, "root"), encoding="utf-8") as file:
        root = file.read().strip()
    user, _, group = image["User"].partition(":")
    if not (user.isdigit() and group.isdigit() and int(user) and int(group)):
        sys.exit(f"bundle: the user of {told.target} is '{image['User']}', not two numbers above 0")
    # Never leaves the machine that made it.
    if told.target != "seed":
        labels = image["Labels"]
        missing = [name for name in LABELS if not labels.get(f"org.opencontainers.image.{name}")]
        if missing:
            sys.exit(f"bundle: {told.target} lacks the labels {', '.join(missing)}")
        write("revision", labels["org.opencontainers.image.revision"])
        sbom = read(os.path.join(root, "usr/share/doc/cutroom/sbom.spdx.json"))
        if sbom["spdxVersion"] != "SPDX-2.3" or not any(one["name"] == "libc6" for one in sbom["packages"]):
            sys.exit(f"bundle: the SBOM of {told.target} does not name libc6")
    settings = dict(pair.split("=", 1) for pair in image["Env"])
    settings.update({name: value for name, value in service["environment"].items() if value is not None})
    settings.update(pair.split("=", 1) for pair in told.setting)
    process = {
        "user": {"uid": int(user), "gid": int(group)}, "cwd": image.get("WorkingDir") or "/", "noNewPrivileges": True,
        "env": [f"{name}={value}" for name, value in settings.items()],
        "capabilities": {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")}}
    write("config.json", {
        "ociVersion": "1.0.2",
        "process": {**process, "args": image["Entrypoint"] + (words or image.get("Cmd") or [])},
        "root": {"path": root, "readonly": service["read_only"]},
        "mounts": list(mounts(service, told.bind)),
        # The network is that of this process: what it talks to is there.
        "linux": {"namespaces": [{"type": kind} for kind in ("mount", "pid", "ipc", "uts")],
                  "cgroupsPath": f"/{told.id}", "resources": {"memory": {"limit": int(service["mem_limit"])}},
                  "seccomp": system_calls(),
                  "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
                  "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]}})
    check = (image.get("Healthcheck") or {}).get("Test")
    if check:
        write("health.json", {**process, "args": check[1:]})


main()
