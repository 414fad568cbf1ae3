"""Rules of ours for built manifests, that no schema knows: manifests.py FILE."""

import re
import sys

import yaml

import access
import scaling

SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|MONGODB_URI|PRIVATE_KEY|GATEWAY_KEYS$")


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", text).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def mebibytes(text):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi|MiB|GiB)", text).groups()
    return int(number) * (1024 if unit.startswith("Gi") else 1)


class Built:
    """The documents of one overlay, by kind and name, and what is wrong with them."""

    def __init__(self, documents):
        self.documents, self.faults = documents, []
        self.deployments, self.settings = self.of("Deployment"), {}
        for one in self.of("ConfigMap").values():
            self.settings |= one["data"]

    def of(self, kind):
        return {one["metadata"]["name"]: one for one in self.documents if one["kind"] == kind}

    def need(self, holds, text):
        if not holds:
            self.faults.append(text)

    def pod(self, name):
        return self.deployments[name]["spec"]["template"]["spec"]

    def container(self, name):
        (container,) = self.pod(name)["containers"]
        return container

    def environment(self, name):
        return self.settings | {one["name"]: one.get("value", "") for one in self.container(name)["env"]}


def faults_of(documents):
    """What is wrong with built manifests, a sentence each."""
    built = Built(documents)
    built.need(set(built.deployments) == {"gateway", "resolver", "cutter"}, f"Deployments are {sorted(built.deployments)}")
    if built.faults:
        return built.faults
    built.need(not built.of("Secret"), "a Secret is in the repository")
    built.need(set(built.of("PodDisruptionBudget")) == set(built.deployments),
               "not every Deployment has a PodDisruptionBudget")
    built.need(set(built.of("ServiceAccount")) == set(built.deployments), "not every Deployment has a ServiceAccount")
    for name in built.deployments:
        check_pod(built, name)
    for name in built.settings:
        built.need(not SECRET.search(name), f"the settings hold {name}")
    table = mebibytes(built.settings.get("GATEWAY_TABLE_BYTES", "32MiB"))
    memory = mebibytes(built.container("gateway")["resources"]["limits"]["memory"])
    # Measured: 28 MiB without a table, 64 MiB with a full one of 32 MiB and 500 that wait.
    built.need(memory >= 2 * table + 64, f"gateway: {memory} MiB of memory for a table of {table} MiB")
    scaling.check(built)
    access.check(built)
    return built.faults


def check_pod(built, name):
    pod, container, env, need = built.pod(name), built.container(name), built.environment(name), built.need
    context = container["securityContext"]
    need(pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == 10001, f"{name}: may be root")
    need(pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", f"{name}: has no seccomp profile")
    need(context["readOnlyRootFilesystem"] is True, f"{name}: may write into its image")
    need(context["allowPrivilegeEscalation"] is False, f"{name}: may gain privileges")
    need(context["capabilities"] == {"drop": ["ALL"]}, f"{name}: has capabilities")
    need(pod["automountServiceAccountToken"] is False, f"{name}: has a token of the cluster")
    need(pod["serviceAccountName"] == name, f"{name}: runs as the ServiceAccount {pod['serviceAccountName']}")
    need(pod.get("enableServiceLinks") is False, f"{name}: gets variables such as GATEWAY_PORT=tcp://… from Kubernetes")
    need(pod["topologySpreadConstraints"], f"{name}: may be all on one node")
    for volume in pod["volumes"]:
        need("emptyDir" not in volume or volume["emptyDir"].get("sizeLimit"), f"{name}: {volume['name']} has no limit")
    need("memory" in container["resources"]["limits"] and "cpu" in container["resources"]["requests"],
         f"{name}: has no limit of memory or no request of CPU")
    # Else Kubernetes kills it while it finishes what is under way.
    need(pod["terminationGracePeriodSeconds"] > seconds(env["SHUTDOWN_LIMIT"]),
         f"{name}: {pod['terminationGracePeriodSeconds']} s to end, and SHUTDOWN_LIMIT is {env['SHUTDOWN_LIMIT']}")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = container[probe]["httpGet"]["path"]
        need(path == ("/readyz" if probe == "readinessProbe" else "/livez"), f"{name}: {probe} asks {path}")
    # A value beside a secret's file would be the secret itself.
    for variable in container["env"]:
        need(not SECRET.search(variable["name"]) or variable["name"].endswith("_FILE"),
             f"{name}: {variable['name']} is given in the manifest")


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        told = faults_of([one for one in yaml.safe_load_all(file) if one])
    print("\n".join(told))
    sys.exit(1 if told else 0)
