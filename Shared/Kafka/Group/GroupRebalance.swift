import CRdkafka

/// Partitions on their way to another consumer.
struct Leaving {
    var partitions: [TopicPartition]
    var works: [PartitionWork]
    let deadline: ContinuousClock.Instant
}

extension GroupWorker {
    func answerRebalances() {
        for rebalance in client.context.takeRebalances() {
            switch rebalance {
            case .assign(let partitions): assign(partitions)
            case .revoke(let partitions): revoke(partitions)
            case .failed:
                abandonAll()
                client.dropAssignment()
            }
        }
    }

    /// While the client closes nothing is under way any more, so each answer is immediate.
    func answerWhileClosing() {
        for rebalance in client.context.takeRebalances() {
            switch rebalance {
            case .assign(let partitions): client.assign(partitions)
            case .revoke(let partitions): client.unassign(partitions)
            case .failed: client.dropAssignment()
            }
        }
    }

    private func assign(_ partitions: [TopicPartition]) {
        for partition in partitions {
            guard let queue = PartitionQueue(partition, of: client, ringing: control.doorbell) else {
                client.context.report(.error, "A Kafka partition has no queue", ["topic": partition.topic])
                continue
            }
            let work = PartitionWork(partition, limit: limits.maxUncommittedPerPartition)
            feeds.append(Feed(work: work, queue: queue))
        }
        client.assign(partitions)
        client.context.report(.info, "Kafka assigned partitions", ["count": "\(partitions.count)"])
        publish()
        control.firstAssignment.open()
    }

    private func revoke(_ partitions: [TopicPartition]) {
        let gone = Set(partitions)
        let works = feeds.map(\.work).filter { gone.contains($0.partition) }
        feeds.removeAll { gone.contains($0.work.partition) }
        publish()
        client.context.report(.info, "Kafka takes partitions back", ["count": "\(partitions.count)"])
        if leaving == nil {
            leaving = Leaving(partitions: partitions, works: works, deadline: .now + limits.revokeGrace)
        } else {
            leaving?.partitions += partitions.filter { leaving?.partitions.contains($0) == false }
            leaving?.works += works
        }
        letLeavingGo(atOnce: false)
    }

    /// Gives the leaving partitions up once their handlers are done, or their time is, or someone has them already.
    func letLeavingGo(atOnce: Bool) {
        guard let leaving else { return }
        let isLost = client.isAssignmentLost
        guard atOnce || isLost || ContinuousClock.now >= leaving.deadline || leaving.works.allSatisfy(\.isIdle) else {
            return
        }
        for work in leaving.works { work.close() }
        if isLost {
            client.context.report(.warning, "Kafka partitions were lost, not handed over")
        } else {
            commitAtLast(leaving.works, within: .seconds(2))
        }
        self.leaving = nil
        client.unassign(leaving.partitions)
    }

    private func abandonAll() {
        for work in feeds.map(\.work) + (leaving?.works ?? []) { work.close() }
        feeds = []
        leaving = nil
        publish()
    }
}
