import Domain
import HTTPServer
import Settings
import Synchronization

/// `GET …/requests/{clip id}/events`: the same JSON as the resource itself, each time that its status changes, as
/// server-sent events (HTML Standard, 9.2).
///
/// No thread waits for anything: the state of clips notifies when something changes, and a task sleeps between heartbeats.
final class EventStreams: Sendable {
    struct Limits: Sendable {
        /// Between comments that keep proxies from closing a silent connection.
        var heartbeat = Duration.seconds(15)
        /// After that the client has to ask again.
        var longest = Duration.seconds(300)
    }

    private let clipState: ClipState
    private let status: RequestStatus
    private let limits: Limits
    private let open = Mutex<(isStopping: Bool, streams: [ObjectIdentifier: EventStream])>((false, [:]))

    init(clipState: ClipState, status: RequestStatus, limits: Limits) {
        self.clipState = clipState
        self.status = status
        self.limits = limits
    }

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        .now(try answer(try ClipQuery.clipID(request.segment), request: request.http, context: request.context))
    }

    private func answer(
        _ id: ClipID, request: HTTPRequest, context: RequestContext
    ) throws(Problem) -> HTTPResponse {
        let headers = Responses.headers(mediaType: "text/event-stream", cacheControl: "no-store", context: context)
        // A browser that asks again after the last event is told that there is no more.
        if let last = request.header("last-event-id"), ["ready", "failed"].contains(last) {
            return HTTPResponse(status: 204, headers: headers)
        }
        guard status.json(of: id, context: context) != nil else { throw RequestStatus.unknown }
        if request.method == "HEAD" { return HTTPResponse(status: 200, headers: headers) }
        let stream = EventStream { [status] in status.json(of: id, context: context) }
        guard let number = clipState.follow(id, { stream.push() }) else {
            throw .clip(.overloaded, "as many connections follow clips here as may")
        }
        let key = ObjectIdentifier(stream)
        stream.begin(limits) { [weak self] in
            self?.clipState.unfollow(id, number)
            self?.open.withLock { _ = $0.streams.removeValue(forKey: key) }
        }
        let isStopping = open.withLock { open in
            // One that has ended already is not to be kept.
            if !open.isStopping, !stream.hasEnded { open.streams[key] = stream }
            return open.isStopping
        }
        if isStopping { stream.finish() }
        return HTTPResponse(
            status: 200, headers: headers + [("X-Accel-Buffering", "no")], body: .stream(stream.bytes, length: nil))
    }

    /// Ends every stream, as at the beginning of a drain: browsers connect again by themselves, to a gateway that stays.
    func stop() {
        let streams = open.withLock { open in
            open.isStopping = true
            return Array(open.streams.values)
        }
        for stream in streams { stream.finish() }
    }
}

/// One client that follows one clip.
private final class EventStream: Sendable {
    /// An event with a signed URL takes less than 2 KiB, and there are five at most.
    let bytes = ByteStream(capacityBytes: 32 << 10)
    private let read: @Sendable () -> (status: String, bytes: [UInt8], isFinal: Bool)?

    private struct State {
        var last: String?
        var timer: Task<Void, Never>?
        var onEnd: (@Sendable () -> Void)?
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(_ read: @escaping @Sendable () -> (status: String, bytes: [UInt8], isFinal: Bool)?) { self.read = read }

    var hasEnded: Bool { state.withLock(\.hasEnded) }

    /// Sends where the clip stands, and goes on until it is ready or has failed, the client goes, or the time is up.
    func begin(_ limits: EventStreams.Limits, onEnd: @escaping @Sendable () -> Void) {
        state.withLock { $0.onEnd = onEnd }
        send("retry: 2000\n\n")
        // Held by the server for as long as the answer lasts, so this must not hold the stream in turn.
        bytes.onClosedByReader { [weak self] in self?.over() }
        let timer = Task { [weak self] in
            let end = ContinuousClock.now + limits.longest
            while ContinuousClock.now + limits.heartbeat < end {
                do { try await Task.sleep(for: limits.heartbeat) } catch { return }
                self?.send(": still here\n\n")
            }
            do { try await Task.sleep(until: end) } catch { return }
            self?.finish()
        }
        let isLate = state.withLock { state in
            state.timer = timer
            return state.hasEnded
        }
        if isLate { timer.cancel() }
        push()
    }

    /// Sends the clip's status if it is another one than before.
    func push() {
        // One after the other, so that the last event sent is the last one read.
        let isFinal = state.withLock { state -> Bool in
            guard !state.hasEnded else { return false }
            guard let now = read() else { return true }
            if now.status != state.last {
                state.last = now.status
                write("id: \(now.status)\nevent: status\ndata: \(String(decoding: now.bytes, as: UTF8.self))\n\n")
            }
            return now.isFinal
        }
        if isFinal { finish() }
    }

    func finish() {
        bytes.finish()
        over()
    }

    private func send(_ text: String) { state.withLock { _ in write(text) } }

    /// A client that reads nothing is let go of.
    private func write(_ text: String) {
        if let taken = try? bytes.offer(Array(text.utf8)), !taken { bytes.fail() }
    }

    private func over() {
        let (timer, onEnd) = state.withLock { state in
            state.hasEnded = true
            defer { (state.timer, state.onEnd) = (nil, nil) }
            return (state.timer, state.onEnd)
        }
        timer?.cancel()
        onEnd?()
    }
}

extension EventStreams.Limits {
    init(from read: inout SettingsReader) {
        longest = read.duration(
            "GATEWAY_LONGEST_EVENT_STREAM", default: longest, in: .seconds(1)...(.seconds(86_400)),
            "after which such a connection is closed; the client then connects again")
    }
}
