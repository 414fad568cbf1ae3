"""Rules of ours for built manifests, that no schema knows: manifests.py FILE."""

import re
import sys

import yaml

documents = [one for one in yaml.safe_load_all(open(sys.argv[1])) if one]
faults = []


def of(kind):
    return {one["metadata"]["name"]: one for one in documents if one["kind"] == kind}


def need(holds, text):
    if not holds:
        faults.append(text)


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", text).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def mebibytes(text):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi|MiB|GiB)", text).groups()
    return int(number) * (1024 if unit.startswith("Gi") else 1)


deployments, settings, secrets = of("Deployment"), {}, set()
need(set(deployments) == {"gateway", "resolver", "cutter"}, f"Deployments are {sorted(deployments)}")
for one in of("ConfigMap").values():
    settings |= one["data"]
need(not of("Secret"), "a Secret is in the repository")
need(set(of("PodDisruptionBudget")) == set(deployments), "not every Deployment has a PodDisruptionBudget")
need(set(of("ServiceAccount")) == set(deployments), "not every Deployment has a ServiceAccount")

for name, deployment in deployments.items():
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    env = settings | {one["name"]: one.get("value", "") for one in container["env"]}
    context = container["securityContext"]
    need(pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == 10001, f"{name}: may be root")
    need(pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", f"{name}: has no seccomp profile")
    need(context["readOnlyRootFilesystem"] is True, f"{name}: may write into its image")
    need(context["allowPrivilegeEscalation"] is False, f"{name}: may gain privileges")
    need(context["capabilities"] == {"drop": ["ALL"]}, f"{name}: has capabilities")
    need(pod["automountServiceAccountToken"] is False, f"{name}: has a token of the cluster")
    need(pod.get("enableServiceLinks") is False, f"{name}: gets variables such as GATEWAY_PORT=tcp://… from Kubernetes")
    need(pod["topologySpreadConstraints"], f"{name}: may be all on one node")
    for volume in pod["volumes"]:
        need("emptyDir" not in volume or volume["emptyDir"].get("sizeLimit"), f"{name}: {volume['name']} has no limit")
        secrets |= {volume["secret"]["secretName"]} if "secret" in volume else set()
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
        secret = re.search(r"PASSWORD|SECRET|TOKEN|MONGODB_URI", variable["name"])
        need(not secret or variable["name"].endswith("_FILE"), f"{name}: {variable['name']} is given in the manifest")
for name in settings:
    need(not re.search(r"PASSWORD|SECRET|TOKEN|MONGODB_URI", name), f"the settings hold {name}")

table = mebibytes(settings.get("GATEWAY_TABLE_BYTES", "32MiB"))
memory = mebibytes(deployments["gateway"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"])
# Measured: 28 MiB without a table, 64 MiB with a full one of 32 MiB and 500 that wait.
need(memory >= 2 * table + 64, f"gateway: {memory} MiB of memory for a table of {table} MiB")

partitions = {one["metadata"]["name"]: one["spec"]["partitions"] for one in documents if one["kind"] == "KafkaTopic"}
need(partitions, "there are no topics")
for name, count in partitions.items():
    if name == "clip.purged":
        need(count == 1, f"{name} has {count} partitions")
    else:
        need(str(count) == settings["KAFKA_TOPIC_PARTITIONS"],
             f"{name} has {count} partitions, and the services expect {settings['KAFKA_TOPIC_PARTITIONS']}")
for name, scaled in of("ScaledObject").items():
    trigger = scaled["spec"]["triggers"][0]["metadata"]
    need(scaled["spec"]["maxReplicaCount"] <= partitions.get(trigger["topic"], 0),
         f"{name}: more may run than {trigger['topic']} has partitions")
    need(trigger["bootstrapServers"] == settings["KAFKA_BOOTSTRAP_SERVERS"], f"{name}: KEDA asks other brokers")
    need(scaled["spec"]["scaleTargetRef"]["name"] in deployments, f"{name}: scales nothing")
    need("replicas" not in deployments[name]["spec"], f"{name}: has a fixed number that every deployment would set again")
for name, policy in of("HorizontalPodAutoscaler").items():
    need("replicas" not in deployments[name]["spec"], f"{name}: has a fixed number that every deployment would set again")

selected = [one["spec"] for one in of("NetworkPolicy").values()]
need({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in
     [{**one, "podSelector": {key: value for key, value in one["podSelector"].items() if value != {"app.kubernetes.io/part-of": "cutroom"}}}
      for one in selected], "nothing is denied by default")

print("\n".join(faults))
sys.exit(1 if faults else 0)
