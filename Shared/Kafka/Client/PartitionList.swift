import CRdkafka

extension [TopicPartition] {
    init(copying list: UnsafePointer<rd_kafka_topic_partition_list_t>) {
        self = (0..<Int(list.pointee.cnt)).map { index in
            let element = list.pointee.elems[index]
            return TopicPartition(topic: String(cString: element.topic), partition: element.partition)
        }
    }

    init(copying list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        self.init(copying: UnsafePointer(list))
    }

    /// Lends them as librdkafka's list, without offsets (`RD_KAFKA_OFFSET_INVALID`), for the time of `body`.
    func withList<Value>(_ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Value) -> Value {
        withPartitionList(map { ($0, nil) }, body)
    }
}

/// Lends partitions and offsets as librdkafka's list for the time of `body`.
func withPartitionList<Value>(
    _ positions: [(TopicPartition, Int64?)],
    _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Value
) -> Value {
    // librdkafka aborts the process itself where memory ends, so this is never nil.
    let list = rd_kafka_topic_partition_list_new(Int32(positions.count))!
    defer { rd_kafka_topic_partition_list_destroy(list) }
    for (partition, offset) in positions {
        let element = rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)
        if let offset { element?.pointee.offset = offset }
    }
    return body(list)
}
