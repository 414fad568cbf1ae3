import HTTPServer
import Synchronization
import Telemetry

/// What a gateway counts and times. Hits come several thousand times a second, on several threads: hence the stripes.
final class GatewayMetrics: Sendable {
    let requests: Counter<(RouteLabel, MethodClass, StatusClass)>
    let answers: Histogram<RouteLabel>
    let clips: Counter<(RouteLabel, StatusClass, ClipOutcome)>
    let waits: Histogram<ClipOutcome>
    let stages: Histogram<GatewayStage>
    let asked: Counter<AskCause>
    let usage: Counter<UsageOutcome>

    init(_ metrics: Metrics = Metrics()) {
        requests = metrics.counter(
            Metric(
                "cutroom_http_requests_total", "Requests that were answered, or left by their client before.",
                isSparse: true), by: RouteLabel.self, MethodClass.self, StatusClass.self, stripes: 8)
        answers = metrics.histogram(
            Metric(
                "cutroom_http_request_duration_seconds", "From a request, read whole, to its answer.", unit: .seconds),
            .answers, by: RouteLabel.self, stripes: 8)
        clips = metrics.counter(
            Metric("cutroom_clip_requests_total", "Requests for one clip, by what became of them.", isSparse: true),
            by: RouteLabel.self, StatusClass.self, ClipOutcome.self, fromStart: Self.watched, stripes: 8)
        waits = metrics.histogram(
            Metric("cutroom_clip_request_duration_seconds", "How long requests for a clip were held.", unit: .seconds),
            .answers, by: ClipOutcome.self, stripes: 8)
        stages = metrics.histogram(.stageDuration, .work, by: GatewayStage.self)
        asked = metrics.counter(
            Metric("cutroom_clips_asked_total", "Requests sent to the resolver, by their cause."), by: AskCause.self)
        usage = metrics.counter(
            Metric(
                "cutroom_limit_usage_records_total", "Records by which gateways tell each other what clients have used."
            ), by: UsageOutcome.self)
    }

    /// What alerts count, for the routes that ask for clips.
    private static var watched: [(RouteLabel, StatusClass, ClipOutcome)] {
        RouteLabel.allCases.filter { ["clip", "play", "play_as", "chunk", "batch"].contains($0.word) }.flatMap {
            route in
            [ClipOutcome.failed, .refused, .late].map { (route, .serverError, $0) }
        }
    }

    /// The server refused a request by itself.
    func refused(_ status: Int) { requests.add(.refused, .other, StatusClass(status)) }
}

/// One request on its way to its answer, for the metrics.
struct Observation: Sendable {
    let metrics: GatewayMetrics
    let method: MethodClass
    /// Set once it is known.
    var route = RouteLabel.refused
    /// Of a trace that is kept: the example of its bucket.
    var traceID: String?
    private let stopwatch = Stopwatch()

    init(_ metrics: GatewayMetrics, method: String) {
        self.metrics = metrics
        self.method = MethodClass(method)
    }

    /// It is answered now.
    func answered(_ status: Int) {
        metrics.requests.add(route, method, StatusClass(status))
        metrics.answers.observe(stopwatch, route, traceID: traceID)
    }

    /// Its client left before.
    func left() { metrics.requests.add(route, method, .gone) }

    /// What became of a request for one clip, which the answer says too: `Server-Timing: hit;dur=0.042`, in milliseconds (W3C,
    /// Server Timing, 3).
    func clip(_ outcome: ClipOutcome, _ response: HTTPResponse) -> HTTPResponse {
        let took = Self.milliseconds(clip(outcome, StatusClass(response.status)))
        var response = response
        response.headers.append(
            ("Server-Timing", "\(outcome.word);dur=\(took.whole)\(took.point)\(took.thousandths)"))
        return response
    }

    /// In three parts that stand one after the other: `12`, `.00`, `3`.
    static func milliseconds(_ nanoseconds: UInt64) -> (whole: UInt64, point: StaticString, thousandths: UInt64) {
        let microseconds = nanoseconds / 1000
        let rest = microseconds % 1000
        return (microseconds / 1000, rest < 10 ? ".00" : rest < 100 ? ".0" : ".", rest)
    }

    /// - Returns: nanoseconds since the request came.
    func clip(_ outcome: ClipOutcome, _ status: StatusClass) -> UInt64 {
        let nanoseconds = stopwatch.nanoseconds
        metrics.clips.add(route, status, outcome)
        metrics.waits.observe(nanoseconds: nanoseconds, outcome, traceID: traceID)
        return nanoseconds
    }

    /// A client that waited for a clip has left.
    func leftClip() {
        metrics.clips.add(route, .gone, .gone)
        metrics.waits.observe(stopwatch, .gone, traceID: traceID)
    }

    /// The same for one of several clips that a request names.
    func entry(_ outcome: ClipOutcome, status: Int) { metrics.clips.add(route, StatusClass(status), outcome) }
}

/// Where the answer to a request goes that is not answered at once: counted on its way.
final class ObservedResponder: Responder {
    private let responder: any Responder
    private let observation: Observation
    private let isOver = Atomic(false)

    init(_ responder: any Responder, _ observation: Observation) {
        self.responder = responder
        self.observation = observation
        responder.onHangUp { [weak self] in
            if let self, end() { self.observation.left() }
        }
    }

    func complete(_ response: HTTPResponse) {
        if end() { observation.answered(response.status) }
        responder.complete(response)
    }

    func onHangUp(_ body: @escaping @Sendable () -> Void) { responder.onHangUp(body) }

    private func end() -> Bool { !isOver.exchange(true, ordering: .relaxed) }
}
