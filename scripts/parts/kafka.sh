# shellcheck shell=bash
# The stack's Kafka: one broker, or several that replicate for one another. To be sourced after component.sh.
#
# Broker 1 is the component "kafka1", with the process id in run/kafka.pid; the others are kafka2, kafka3. Every broker is
# a controller too, so that of three one may die.

: "${stack:?the folder of the stack}" "${native:?the folder of deploy/native}" "${kafka:?the folder of the jars}"

# Known once the ports are read: one entry for each broker.
kafka_ports=() controller_ports=() sasl_ports=()

# Users of the SASL listener; the password of each is its name and "-secret".
kafka_users=(admin gateway resolver cutter operator)

# How its process is called in run/ and log/.   kafka_process 2
kafka_process() { [ "$1" = 1 ] && echo kafka || echo "kafka$1"; }

# host:port of every broker, between commas.   kafka_addresses PORT…
kafka_addresses() { local IFS=,; printf '%s' "${*/#/127.0.0.1:}"; }

# The settings file of broker $1.
kafka_settings() {
    local number=$1 count=${#kafka_ports[@]} index=$(($1 - 1)) more name port to user voters=()
    local listeners=PLAINTEXT://127.0.0.1:${kafka_ports[index]}
    local advertised=$listeners protocols=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
    listeners+=,CONTROLLER://127.0.0.1:${controller_ports[index]}
    for more in ${CUTROOM_KAFKA_LISTENERS:-}; do
        IFS=: read -r name port to <<<"$more"
        listeners+=",$name://127.0.0.1:$port"
        advertised+=",$name://127.0.0.1:$to"
        protocols+=",$name:PLAINTEXT"
    done
    if ((${#sasl_ports[@]} > 0)); then
        listeners+=",SASL://127.0.0.1:${sasl_ports[index]}"
        advertised+=",SASL://127.0.0.1:${sasl_ports[index]}"
        protocols+=,SASL:SASL_PLAINTEXT
    fi
    for ((voter = 0; voter < count; voter++)); do voters+=("$((voter + 1))@127.0.0.1:${controller_ports[voter]}"); done
    local replicas=$count insync=1
    ((count < 3)) || replicas=3
    ((replicas < 3)) || insync=2
    cat "$native/kafka/server.properties"
    cat <<END
node.id=$number
listeners=$listeners
advertised.listeners=$advertised
listener.security.protocol.map=$protocols
controller.quorum.voters=$(IFS=,; echo "${voters[*]}")
log.dirs=$stack/data/$(kafka_process "$number")
default.replication.factor=$replicas
min.insync.replicas=$insync
offsets.topic.replication.factor=$replicas
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$insync
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$insync
END
    ((${#sasl_ports[@]} > 0)) || return 0
    # Who comes without a password comes from this script or from another broker, and may do everything.
    cat <<END
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:admin
allow.everyone.if.no.acl.found=false
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
END
    for user in "${kafka_users[@]}"; do printf '  user_%s="%s-secret" \\\n' "$user" "$user"; done
    echo "  ;"
}

# Starts broker $1 if it doesn't run.
start_broker() {
    local process settings data
    process=$(kafka_process "$1")
    ! pid_of "$process" >/dev/null || return 0
    settings=$stack/$process.properties data=$stack/data/$process
    mkdir -p "$data"
    kafka_settings "$1" >"$settings"
    local java=(java "-Dlog4j2.configurationFile=$native/kafka/log4j2.properties" -cp "$kafka/libs/*")
    if [ ! -e "$data/meta.properties" ]; then
        watched "$stack/log/$process-format.log" "${java[@]}" -Xmx128m kafka.tools.StorageTool format \
            --ignore-formatted --cluster-id Y3V0cm9vbS1sb2NhbC0wMQ --config "$settings"
    fi
    local memory='-Xms128m -Xmx512m'
    ((${#kafka_ports[@]} == 1)) || memory='-Xms96m -Xmx320m'
    # shellcheck disable=SC2086  # several options in one variable
    start "$process" "${java[@]}" ${CUTROOM_KAFKA_JVM:-$memory} kafka.Kafka "$settings"
}

# Asks broker $1 for the cluster's metadata (request 3, version 1, no topics): ready once the answer names a broker.
broker_answers() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/${kafka_ports[$1 - 1]}" || return 1
    printf '\x00\x00\x00\x12\x00\x03\x00\x01\x00\x00\x00\x01\x00\x04ping\x00\x00\x00\x00' >&3
    answer=$(timeout 2 head -c 12 <&3 | od -An -v -tx1 | tr -d ' \n')
    exec 3>&-
    [[ "${answer:8}" == 00000001000000[0-9][0-9] && "${answer:8}" != *00 ]]
}

# Kafka's own tool for topics, configs, acls, consumer-groups or delete-records, on this cluster and with every right.   kafka_tool acls …
kafka_tool() {
    local class
    case "${1:-}" in
    topics) class=TopicCommand ;;
    acls) class=AclCommand ;;
    configs) class=ConfigCommand ;;
    consumer-groups) class=consumer.group.ConsumerGroupCommand ;;
    delete-records) class=DeleteRecordsCommand ;;
    *) die "expected topics, acls, configs, consumer-groups or delete-records, and the tool's own words after it" ;;
    esac
    shift
    if [ "$class" = ConfigCommand ]; then class=kafka.admin.$class; else class=org.apache.kafka.tools.$class; fi
    java -Xmx96m -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=$native/kafka/tools-log4j2.properties" \
        -cp "$kafka/libs/*" "$class" --bootstrap-server "$(kafka_addresses "${kafka_ports[@]}")" "$@"
}
