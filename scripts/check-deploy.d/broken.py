"""Breaks built manifests in one way after another, and wants each fault to be named: broken.py FOLDER, which holds NAME.yaml.

Also that README.md's table of Secrets has none that nobody uses. A rule that nothing breaks would be one that can't fail.
"""

import copy
import pathlib
import sys

import yaml

import access
import manifests

built = {path.stem: [one for one in yaml.safe_load_all(path.read_text()) if one]
         for path in pathlib.Path(sys.argv[1]).glob("*.yaml")}


def find(documents, kind, name):
    (found,) = [one for one in documents if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def pod(documents, name):
    return find(documents, "Deployment", name)["spec"]["template"]["spec"]


def without(kind, name):
    """The object is not there."""
    def apply(documents):
        documents.remove(find(documents, kind, name))
    return apply


def without_variable(name, variable):
    def apply(documents):
        env = pod(documents, name)["containers"][0]["env"]
        env.remove(next(one for one in env if one["name"] == variable))
    return apply


def without_mount(name, volume):
    def apply(documents):
        mounts = pod(documents, name)["containers"][0]["volumeMounts"]
        mounts.remove(next(one for one in mounts if one["name"] == volume))
    return apply


def with_sub_path(name, volume):
    def apply(documents):
        next(one for one in pod(documents, name)["containers"][0]["volumeMounts"] if one["name"] == volume)["subPath"] = "keys"
    return apply


def without_trigger(name, topic):
    def apply(documents):
        triggers = find(documents, "ScaledObject", name)["spec"]["triggers"]
        triggers.remove(next(one for one in triggers if one["metadata"]["topic"] == topic))
    return apply


def with_group(name, topic, group):
    def apply(documents):
        next(one for one in find(documents, "ScaledObject", name)["spec"]["triggers"]
             if one["metadata"]["topic"] == topic)["metadata"]["consumerGroup"] = group
    return apply


def without_right(user, resource):
    def apply(documents):
        acls = find(documents, "KafkaUser", user)["spec"]["authorization"]["acls"]
        acls.remove(next(one for one in acls if one["resource"]["name"] == resource))
    return apply


def with_role(name, arn):
    def apply(documents):
        annotations = find(documents, "ServiceAccount", name)["metadata"].setdefault("annotations", {})
        annotations.pop(access.ROLE, None)
        if arn:
            annotations[access.ROLE] = arn
    return apply


def with_setting(variable, value):
    def apply(documents):
        settings = next(one for one in documents if one["kind"] == "ConfigMap")["data"]
        settings.pop(variable, None)
        if value is not None:
            settings[variable] = value
    return apply


def with_open_network(name):
    def apply(documents):
        find(documents, "NetworkPolicy", name)["spec"]["egress"][0]["to"] = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
    return apply


def without_address(name, cidr):
    def apply(documents):
        to = find(documents, "NetworkPolicy", name)["spec"]["egress"][0]["to"]
        to.remove(next(one for one in to if one["ipBlock"]["cidr"] == cidr))
    return apply


# (overlay, what is done to it, what must be said)
CASES = [
    ("small", without_variable("gateway", "GATEWAY_KEYS_FILE"), "gateway: has no keys"),
    ("small", without_mount("gateway", "keys"), "gateway: no Secret has the file /run/secrets/keys/keys"),
    ("small", without_variable("gateway", "GATEWAY_LIMIT_SECRET_FILE"), "gateway: addresses in Kafka can be found out"),
    ("small", with_sub_path("gateway", "keys"), "gateway: /run/secrets/keys does not follow its Secret"),
    ("small", with_setting("GATEWAY_KEYS_NEEDED_FOR", "nothing"), "gateway: asks for no key"),
    ("small", with_setting("GATEWAY_TRUSTED_PROXIES", None), "gateway: trusts no proxy"),
    ("small", with_setting("GATEWAY_TRUSTED_PROXIES", "0.0.0.0/0"), "gateway: believes everybody"),
    ("small", with_setting("AWS_EC2_METADATA_DISABLED", None), "cutter: may take the credentials of its node"),
    ("small", with_setting("GATEWAY_URL_SECRET", "x"), "the settings hold GATEWAY_URL_SECRET"),
    ("small", without_variable("cutter", "AWS_ACCESS_KEY_ID_FILE"), "cutter: has nothing for the object store"),
    ("small", with_role("cutter", "arn:aws:iam::111122223333:role/x"),
     "cutter: has access keys and a role of its ServiceAccount for the object store"),
    ("small", without("NetworkPolicy", "default-deny"), "nothing is denied by default"),
    ("small", without("NetworkPolicy", "resolver-database"), "resolver: can't reach MongoDB"),
    ("small", without("NetworkPolicy", "cutter-store"), "cutter: can't reach the object store"),
    ("small", with_open_network("cutter-store"), "cutter: reaches the metadata of its node"),
    ("large", with_role("gateway", None), "gateway: has nothing for the object store"),
    ("large", with_role("cutter", "cutroom-cutter"), "cutter: cutroom-cutter is no role"),
    ("large", without("NetworkPolicy", "gateway-sts"), "gateway: can't reach STS"),
    ("large", without_trigger("cutter", "clip.resolved.bulk"), "cutter: grows with ['clip.resolved']"),
    ("large", without_trigger("resolver", "clip.requested.bulk"), "resolver: grows with ['clip.requested']"),
    ("large", with_group("cutter", "clip.resolved.bulk", "cutroom-cutter"), "cutter: looks at the group cutroom-cutter for"),
    ("large", without_right("cutroom-keda", "clip.resolved.bulk"), "cutter: KEDA's user may not see the topic clip.resolved.bulk"),
    ("large", without_right("cutroom-keda", "cutroom-resolver-bulk"), "resolver: KEDA's user may not see the group"),
    ("large", without("TriggerAuthentication", "kafka"), "resolver: KEDA has no credentials"),
    ("pod-identity", without("NetworkPolicy", "gateway-pod-identity"), "gateway: has nothing for the object store"),
    ("pod-identity", without_address("cutter-pod-identity", "fd00:ec2::23/128"),
     "cutter: can't reach the Pod Identity agent at fd00:ec2::23"),
    ("cdn", without_variable("gateway", "CLIPS_CDN_BASE_URL"), "gateway: has nothing for the object store"),
    ("cdn", without_variable("gateway", "CLIPS_CDN_KEY_ID"), "gateway: signs no URL of the CDN"),
    ("cdn", without_mount("gateway", "cdn"), "gateway: no Secret has the file /run/secrets/cdn/private-key"),
    ("cdn", without_variable("gateway", "GATEWAY_URL_SECRET_OLD_FILE"), "gateway: no setting names /run/secrets/urls/old"),
]
faults = []
for number, (overlay, apply, wanted) in enumerate(CASES, 1):
    documents = copy.deepcopy(built[overlay])
    apply(documents)
    told = manifests.faults_of(documents)
    if not any(text.startswith(wanted) for text in told):
        faults.append(f"case {number} ({overlay}): nobody says “{wanted}…”, but {told}")
used = {pair for documents in built.values() for pair in access.held(manifests.Built(documents))}
for name, keys in access.documented().items():
    faults += [f"README.md: nobody uses {key} of the Secret {name}" for key in keys if (name, key) not in used]
print("\n".join(faults) if faults else f"{len(CASES)} faults named")
sys.exit(1 if faults else 0)
