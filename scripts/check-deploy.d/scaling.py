"""Rules for what grows by itself, and for the topics by which it does."""

import described

# Read whole or by a group of their own, so their lag is no work that waits.
NOT_WORK = {"clip.ready", "clip.purged"}
# As docs/asyncapi.yaml has it: few records, each of which every process of its readers reads.
ONE_PARTITION = {name for name, (partitions, _) in described.topics().items() if partitions == 1}


def check(built):
    need, settings = built.need, built.settings
    partitions = {one["metadata"]["name"]: one["spec"]["partitions"] for one in built.of("KafkaTopic").values()}
    need(partitions, "there are no topics")
    for name, count in partitions.items():
        if name in ONE_PARTITION:
            need(count == 1, f"{name} has {count} partitions")
        else:
            need(str(count) == settings["KAFKA_TOPIC_PARTITIONS"],
                 f"{name} has {count} partitions, and the services expect {settings['KAFKA_TOPIC_PARTITIONS']}")
    for name, scaled in built.of("ScaledObject").items():
        need(scaled["spec"]["scaleTargetRef"]["name"] in built.deployments, f"{name}: scales nothing")
        need("replicas" not in built.deployments[name]["spec"], f"{name}: has a fixed number that every deployment would set again")
        check_triggers(built, name, scaled["spec"], partitions)
    for name in built.of("HorizontalPodAutoscaler"):
        need("replicas" not in built.deployments[name]["spec"], f"{name}: has a fixed number that every deployment would set again")


def check_triggers(built, name, scaled, partitions):
    """A service grows with both lanes of its work, and KEDA may see the lag of each."""
    need, users = built.need, built.of("KafkaUser")
    may_see = {(acl["resource"]["type"], acl["resource"]["name"]) for acl in users["cutroom-keda"]["spec"]["authorization"]["acls"]
               if "Describe" in acl["operations"]}
    wanted = {acl["resource"]["name"] for acl in users[f"cutroom-{name}"]["spec"]["authorization"]["acls"]
              if acl["resource"]["type"] == "topic" and "Read" in acl["operations"]} - NOT_WORK
    triggers = {one["metadata"]["topic"]: one for one in scaled["triggers"] if one["type"] == "kafka"}
    need(set(triggers) == wanted, f"{name}: grows with {sorted(triggers)}, and reads {sorted(wanted)}")
    for topic, trigger in triggers.items():
        told = trigger["metadata"]
        group = f"cutroom-{name}" + ("-bulk" if topic.endswith(".bulk") else "")
        need(told["consumerGroup"] == group, f"{name}: looks at the group {told['consumerGroup']} for {topic} (expected: {group})")
        need(scaled["maxReplicaCount"] <= partitions.get(topic, 0), f"{name}: more may run than {topic} has partitions")
        need(told["bootstrapServers"] == built.settings["KAFKA_BOOTSTRAP_SERVERS"], f"{name}: KEDA asks other brokers")
        need(trigger.get("authenticationRef", {}).get("name") in built.of("TriggerAuthentication"),
             f"{name}: KEDA has no credentials for {topic}")
        for kind, what in (("topic", topic), ("group", group)):
            need((kind, what) in may_see, f"{name}: KEDA's user may not see the {kind} {what}")
