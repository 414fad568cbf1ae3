import Domain
import Flow
import Kafka
import Logging
import Traces

/// Publishes `clip.requested`, and reports to the state of clips whether the broker has taken it.
struct RequestPublisher: Sendable {
    let clipState: ClipState
    let sink: any RecordSink
    let codec: EventCodec
    /// Requests, by lane.
    let topics: LaneTopics
    let log: Log
    /// Bounds background checks of sources that were last looked at long ago.
    let revalidations: RateBound
    let metrics: GatewayMetrics
    /// How long work of the bulk lane is worth doing.
    let bulkDeadline: Duration
    let tracer: Tracer
    private let failures = RateBound(perMinute: 60)

    init(
        clipState: ClipState, sink: any RecordSink, codec: EventCodec, topics: LaneTopics, log: Log,
        revalidations: RateBound, bulkDeadline: Duration, metrics: GatewayMetrics, tracer: Tracer = .off
    ) {
        self.clipState = clipState
        self.sink = sink
        self.codec = codec
        self.topics = topics
        self.log = log
        self.revalidations = revalidations
        self.metrics = metrics
        self.bulkDeadline = bulkDeadline
        self.tracer = tracer
    }

    /// - Parameter then: called when the broker has taken it.
    func publish(
        _ event: ClipRequested, id: ClipID, by lane: Lane = .live, context: RequestContext,
        then: @escaping @Sendable () -> Void = {}
    ) {
        publish(event, id: id, by: lane, origin: context.origin(), then: then)
    }

    /// Publishes the request that a flight begins with, or goes on with; whether it was taken is reported by
    /// ``ClipState/settle(_:published:)``.
    ///
    /// - Parameter origin: of the client's request that the clip is made for; where the work that clients here wait for has
    ///   expired, of the first one.
    func publish(
        _ event: ClipRequested, id: ClipID, by lane: Lane = .live, origin: EventOrigin,
        then: @escaping @Sendable () -> Void = {}
    ) {
        metrics.asked.add(.miss)
        let span = sending(origin, to: topics[lane])
        let origin = origin.from(span)
        Task {
            defer { span?.end() }
            let log = log.with(trace: origin.trace, clipID: event.clipID.description, requestID: origin.requestID)
            do throws(KafkaFault) {
                try await deliver(event, id: id, by: lane, origin: origin, log)
                log.info("Asked for a clip", ["lane": .string(lane.rawValue)])
                clipState.settle(id, published: .success(()))
                then()
            } catch {
                log.error(
                    "A request for a clip could not be published", ["detail": .string(error.description)],
                    bound: failures)
                span?.fail(error.slug, error.description)
                clipState.settle(id, published: .failure(error.asAnswer))
            }
        }
    }

    /// What the bulk lane does not take goes by the live one: no service needs rights to the bulk topics for live work.
    private func deliver(
        _ event: ClipRequested, id: ClipID, by lane: Lane, origin: EventOrigin, _ log: Log
    ) async throws(KafkaFault) {
        do throws(KafkaFault) {
            return try await sink.deliver(codec.encode(event, to: topics[lane], origin: origin))
        } catch {
            switch error {
            case .denied where lane == .bulk, .unknownTopic where lane == .bulk:
                log.warning(
                    "A request that should be made after others' goes beside them: the bulk lane does not take it",
                    ["detail": .string(error.description)], bound: failures)
            default: throw error
            }
        }
        clipState.promote(id)
        try await sink.deliver(codec.encode(event, to: topics.live, origin: origin))
    }

    /// Publishes a request that nobody waits for. What the bulk lane does not take goes by no other one: a thousand such clips
    /// would be in front of the next listener.
    func publishInBulk(_ event: ClipRequested, id: ClipID, context: RequestContext) {
        metrics.asked.add(.bulk)
        let span = sending(context.origin(), to: topics.bulk)
        let origin = context.origin().from(span)
        Task {
            defer { span?.end() }
            let log = log.with(trace: origin.trace, clipID: event.clipID.description, requestID: origin.requestID)
            do throws(KafkaFault) {
                try await sink.deliver(codec.encode(event, to: topics.bulk, origin: origin))
                log.info("Asked for a clip", ["lane": .string(Lane.bulk.rawValue)])
            } catch {
                log.error(
                    "A request of the bulk lane could not be published", ["detail": .string(error.description)],
                    bound: failures)
                span?.fail(error.slug, error.description)
                clipState.bulkRefused(id, error.asAnswer)
            }
        }
    }

    /// Publishes a second request for a clip that clients wait for and no event has told of. If that fails, they go on waiting
    /// for the first.
    func hedge(_ event: ClipRequested, id: ClipID, context: RequestContext) {
        metrics.asked.add(.hedge)
        send(
            event, .live, context, done: "Asked for a clip once more, since there was no event about it",
            failed: "A clip could not be asked for once more")
    }

    /// Has a cutter look at the source of a clip that is served meanwhile, when it has time for that.
    func revalidate(_ id: ClipID, context: RequestContext) {
        guard revalidations.admit() != nil else { return }
        metrics.asked.add(.revalidation)
        send(
            ClipRequested(clipID: id, budget: bulkDeadline), .bulk, context,
            done: "Asked for a background look at a source",
            failed: "A background look at a source could not be asked for")
    }

    /// Publishes what no client waits for: whether that succeeded is only logged.
    private func send(
        _ event: ClipRequested, _ lane: Lane, _ context: RequestContext, done: StaticString, failed: StaticString
    ) {
        let span = sending(context.origin(), to: topics[lane])
        let origin = context.origin().from(span)
        Task {
            defer { span?.end() }
            let log = log.with(trace: origin.trace, clipID: event.clipID.description, requestID: origin.requestID)
            do throws(KafkaFault) {
                try await sink.deliver(codec.encode(event, to: topics[lane], origin: origin))
                log.info(done)
            } catch {
                log.warning(failed, ["detail": .string(error.description)], bound: failures)
                span?.fail(error.slug, error.description)
            }
        }
    }

    /// Until the broker has the record; nil if the request is not recorded.
    private func sending(_ origin: EventOrigin, to topic: String) -> Span? {
        tracer.part("send \(topic)", .producer, of: origin.trace, .sending(to: topic))
    }
}

extension KafkaFault {
    /// What a client is told whose request could not be published.
    fileprivate var asAnswer: Problem {
        switch self {
        // The same request would be refused again: it is ours, not the broker's state.
        case .recordTooLarge, .rejected, .settingRefused:
            .clip(.internalError, "the message broker refuses this request for good (\(slug))")
        case .denied, .unknownTopic:
            .edge(.brokerUnavailable, "the message broker does not let this gateway ask for clips (\(slug))")
        case .clientNotStarted, .queueFull, .timedOut, .unavailable, .clientLost, .closed:
            .edge(.brokerUnavailable, "the message broker did not take the request")
        }
    }
}
