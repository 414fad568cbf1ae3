"""Rules for what the pods hold and reach: Secrets, credentials for the object store, and the network."""

import ipaddress
import pathlib
import re

README = pathlib.Path("deploy/kubernetes/README.md")
# Any address of the internet, the metadata of a node, and the Pod Identity agent's two (Amazon EKS User Guide).
OUTSIDE, METADATA, AGENT = "203.0.113.1", "169.254.169.254", ("169.254.170.23", "fd00:ec2::23")
ROLE = "eks.amazonaws.com/role-arn"


def check(built):
    check_secrets(built)
    check_keys(built)
    check_network(built)
    for name in ("gateway", "cutter"):
        check_credentials(built, name)


def documented():
    """The Secrets and their keys in README.md's table."""
    found = {}
    for line in README.read_text().splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
        if line.startswith("| `cutroom-") and len(cells) == 3:
            found |= {name: set(cells[1]) for name in cells[0]}
    return found


def held(built):
    """(Secret, key) that pods and KEDA are given."""
    found = {(one["name"], one["key"]) for auth in built.of("TriggerAuthentication").values()
             for one in auth["spec"].get("secretTargetRef", [])}
    for name in built.deployments:
        for volume in built.pod(name)["volumes"]:
            found |= {(volume["secret"]["secretName"], item["key"]) for item in volume.get("secret", {}).get("items", [])}
    return found


def check_secrets(built):
    known = documented()
    for name, key in sorted(held(built)):
        built.need(key in known.get(name, ()), f"README.md does not say that the Secret {name} has {key}")
    for name in built.deployments:
        pod, container = built.pod(name), built.container(name)
        volumes = {one["name"]: one for one in pod["volumes"]}
        files = {}
        for mount in container["volumeMounts"]:
            secret = volumes[mount["name"]].get("secret")
            if secret is None:
                continue
            built.need(mount.get("readOnly") is True, f"{name}: may write to {mount['mountPath']}")
            # With a subPath a Secret that changes stays as it was.
            built.need("subPath" not in mount, f"{name}: {mount['mountPath']} does not follow its Secret")
            built.need(secret.get("items"), f"{name}: is given all of the Secret {secret['secretName']}")
            files |= {f"{mount['mountPath']}/{item['path']}": secret["secretName"] for item in secret.get("items", [])}
        environment = built.environment(name)
        named = {value for variable, value in environment.items() if variable.endswith(("_FILE", "_LOCATION"))}
        for path in sorted(named - set(files)):
            built.need(False, f"{name}: no Secret has the file {path} that its settings name")
        for path in sorted(set(files) - named):
            built.need(False, f"{name}: no setting names {path}, of the Secret {files[path]}")


def check_keys(built):
    environment = built.environment("gateway")
    built.need("GATEWAY_KEYS_FILE" in environment, "gateway: has no keys, so anyone may have clips made")
    built.need(environment.get("GATEWAY_KEYS_NEEDED_FOR", "making") != "nothing", "gateway: asks for no key")
    built.need("GATEWAY_LIMIT_SECRET_FILE" in environment, "gateway: addresses in Kafka can be found out")
    ranges = [one for one in environment.get("GATEWAY_TRUSTED_PROXIES", "").split(",") if one]
    built.need(ranges, "gateway: trusts no proxy, so all clients without a key are one")
    for one in ranges:
        built.need(ipaddress.ip_network(one, strict=False).prefixlen > 0, f"gateway: believes everybody ({one})")


def check_credentials(built, name):
    """One way to credentials, and the network that it needs; the gateway may have a CDN instead."""
    environment = built.environment(name)
    ways = [way for way, there in {
        "access keys": "AWS_ACCESS_KEY_ID_FILE" in environment and "AWS_SECRET_ACCESS_KEY_FILE" in environment,
        "a role of its ServiceAccount": ROLE in built.of("ServiceAccount")[name]["metadata"].get("annotations", {}),
        "EKS Pod Identity": reaches(built, name, AGENT[0], 80),
        "a CDN": "CLIPS_CDN_BASE_URL" in environment,
    }.items() if there]
    built.need(len(ways) == 1, f"{name}: has {' and '.join(ways) or 'nothing'} for the object store (expected: one way)")
    if ways == ["a role of its ServiceAccount"]:
        arn = built.of("ServiceAccount")[name]["metadata"]["annotations"][ROLE]
        built.need(re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", arn), f"{name}: {arn} is no role")
        built.need(reaches(built, name, OUTSIDE, 443), f"{name}: can't reach STS, which gives it credentials")
    elif name == "gateway":
        built.need(not reaches(built, name, OUTSIDE, 443), "gateway: reaches more than it needs")
    if ways == ["EKS Pod Identity"]:
        for address in AGENT:
            built.need(reaches(built, name, address, 80), f"{name}: can't reach the Pod Identity agent at {address}")
    if ways == ["a CDN"]:
        built.need(name == "gateway", f"{name}: stores nothing at a CDN")
        built.need({"CLIPS_CDN_KEY_ID", "CLIPS_CDN_PRIVATE_KEY_FILE"} <= set(environment),
                   f"{name}: signs no URL of the CDN, so whoever has one can fetch the clip for ever")
    built.need(environment.get("AWS_EC2_METADATA_DISABLED") == "true", f"{name}: may take the credentials of its node")


def check_network(built):
    denied = [one["spec"] for one in built.of("NetworkPolicy").values()]
    built.need({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in
               [{**one, "podSelector": {key: value for key, value in one["podSelector"].items() if key != "matchLabels"
                                        or value != {"app.kubernetes.io/part-of": "cutroom"}}} for one in denied],
               "nothing is denied by default")
    built.need(reaches(built, "resolver", OUTSIDE, 27017), "resolver: can't reach MongoDB")
    built.need(reaches(built, "cutter", OUTSIDE, 443), "cutter: can't reach the object store")
    for name in built.deployments:
        for port in (80, 443):
            built.need(not reaches(built, name, METADATA, port), f"{name}: reaches the metadata of its node")


def reaches(built, name, address, port):
    """Whether the NetworkPolicies let the pods of a Deployment go to this address by TCP."""
    labels = built.deployments[name]["spec"]["template"]["metadata"]["labels"]
    for policy in built.of("NetworkPolicy").values():
        selected = policy["spec"]["podSelector"].get("matchLabels", {})
        if "Egress" not in policy["spec"]["policyTypes"] or not selected.items() <= labels.items():
            continue
        for rule in policy["spec"].get("egress", []):
            ports = rule.get("ports")
            if ports is not None and not any(one["protocol"] == "TCP" and one["port"] == port for one in ports):
                continue
            if "to" not in rule or any("ipBlock" in one and within(address, one["ipBlock"]) for one in rule["to"]):
                return True
    return False


def within(address, block):
    place = ipaddress.ip_address(address)

    def lies_in(text):
        network = ipaddress.ip_network(text)
        return place.version == network.version and place in network

    return lies_in(block["cidr"]) and not any(lies_in(text) for text in block.get("except", []))
