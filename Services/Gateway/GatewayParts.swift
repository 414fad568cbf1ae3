import Domain
import HTTPServer
import Kafka
import Logging
import Wiring

/// What the settings say to each part of the gateway.
extension GatewaySettings.Own {
    func clipState(_ life: LifeSettings) -> ClipState.Settings {
        ClipState.Settings(
            signedSeconds: life.signedSeconds, standardWait: waits.standard, table: table, failures: failures,
            flights: flights, admission: admission, rechecks: rechecks, followers: followers)
    }

    /// Records that wait for their acknowledgement.
    var sendQueue: QueueLimit { QueueLimit(records: max(1000, flights.limit), bytes: 64 << 20) }

    func server(_ router: Router) -> ServerSettings {
        ServerSettings(
            address: address, port: port, threads: threads, maxConnections: maxConnections,
            maxHeaderBytes: maxHeaderBytes, maxBodyBytes: maxBodyBytes, idleTimeout: idleTimeout,
            refusal: { router.refused(status: $0, detail: $1, head: $2) }, finish: { router.finish(&$0, $1) })
    }
}

extension GatewayAPI {
    /// The handlers over one state of clips.
    init(
        _ own: GatewaySettings.Own, _ clipState: ClipState, _ publisher: RequestPublisher, _ responses: Responses,
        status: RequestStatus, events: EventStreams, readiness: Readiness, log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        let query = ClipQuery(longestClip: own.longestClip, defaultDuration: own.defaultClip)
        let clips = GetClip(
            query: query, clipState: clipState, responses: responses, publisher: publisher, waits: own.waits, log: log,
            logsHits: own.logsHits, clock: clock)
        self.init(
            clip: clips, chunk: PostChunk(query: query, clips: clips),
            batch: PostBatch(
                clipState: clipState, responses: responses, publisher: publisher, query: query, clock: clock),
            status: status, events: events, readiness: readiness)
    }
}
