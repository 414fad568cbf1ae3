import HTTPServer
import ObjectStore
import Synchronization
import Traces

/// One source lent to one run of ffmpeg. Whoever lent it closes it.
final class LoopbackLease: Sendable {
    /// What was read for ffmpeg, whether it wanted all of it or not.
    struct Counts: Sendable, Equatable {
        /// By ffmpeg, over HTTP.
        var requests = 0
        /// To the store, repetitions included.
        var fetches = 0
        /// From the store.
        var bytes: UInt64 = 0
    }

    private struct State {
        var counts = Counts()
        var fault: FFmpegFault?
        var closed = false
        var lastNumber: UInt64 = 0
        /// Answers under way.
        var answers: [UInt64: Task<Void, Never>] = [:]
    }

    let url: String
    private let reader: LoopbackReader
    /// Of the work that the source is lent for: what ffmpeg reads comes on a thread that knows nothing of it.
    private let span = Span.current
    private let onClose: @Sendable () -> Void
    private let state = Mutex(State())

    init(url: String, reader: LoopbackReader, onClose: @escaping @Sendable () -> Void) {
        self.url = url
        self.reader = reader
        self.onClose = onClose
    }

    var counts: Counts { state.withLock(\.counts) }

    /// The first thing that went wrong at the store. With it, nothing that ffmpeg made of this source may be used.
    var fault: FFmpegFault? { state.withLock(\.fault) }

    /// Forgets the URL, breaks what is under way, and returns when nothing reads from the store any more.
    func close() async {
        onClose()
        let answers = state.withLock { state in
            state.closed = true
            return Array(state.answers.values)
        }
        for answer in answers { answer.cancel() }
        for answer in answers { await answer.value }
    }

    func answer(range header: String?, headOnly: Bool) -> HTTPResponse {
        let size = reader.sizeBytes
        let range = ByteRange(header, size: size)
        var headers = [
            ("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes"), ("Cache-Control", "no-store"),
        ]
        if let contentRange = range.contentRange(size: size) { headers.append(("Content-Range", contentRange)) }
        let wanted: Range<UInt64>
        let status: Int
        switch range {
        case .unsatisfiable:
            count()
            return HTTPResponse(status: 416, headers: headers)
        case .part(let part): (status, wanted) = (206, part)
        case .whole: (status, wanted) = (200, 0..<size)
        }
        if headOnly || wanted.isEmpty {
            count()
            // The server takes the length from the body and leaves the body out.
            let empty = ByteStream(capacityBytes: 1)
            empty.finish()
            return HTTPResponse(
                status: status, headers: headers, body: .stream(empty, length: wanted.upperBound - wanted.lowerBound))
        }
        guard let stream = begin(wanted) else { return HTTPResponse(status: 404, text: "no such lease\n") }
        return HTTPResponse(
            status: status, headers: headers, body: .stream(stream, length: wanted.upperBound - wanted.lowerBound))
    }

    private func count() { state.withLock { $0.counts.requests += 1 } }

    /// Starts an answer; nil once the lease is closed.
    private func begin(_ wanted: Range<UInt64>) -> ByteStream? {
        let stream = ByteStream(capacityBytes: reader.limits.bufferBytes)
        let started = state.withLock { state -> Bool in
            guard !state.closed else { return false }
            state.counts.requests += 1
            state.lastNumber += 1
            let number = state.lastNumber
            state.answers[number] = Task {
                await Span.$current.withValue(self.span) { await self.send(wanted, to: stream) }
                self.state.withLock { _ = $0.answers.removeValue(forKey: number) }
            }
            let task = state.answers[number]
            stream.onClosedByReader { task?.cancel() }
            return true
        }
        return started ? stream : nil
    }

    private func send(_ wanted: Range<UInt64>, to stream: ByteStream) async {
        do {
            try await reader.send(wanted, to: stream) { step in
                state.withLock { state in
                    switch step {
                    case .asked: state.counts.fetches += 1
                    case .got(let bytes): state.counts.bytes += UInt64(bytes)
                    }
                }
            }
            stream.finish()
        } catch {
            // ffmpeg that wants no more, and the lease's end, are no faults.
            if let fault = error as? ObjectStoreFault, fault != .cancelled {
                state.withLock { $0.fault = $0.fault ?? FFmpegFault(fault) }
            }
            stream.fail()
        }
    }
}

extension FFmpegFault {
    /// What a store's fault means for the cut that was reading.
    init(_ fault: ObjectStoreFault) {
        switch fault {
        // Gone or shorter is as good as replaced: whoever looks again will see.
        case .sourceChanged, .missingObject, .rangeNotSatisfiable: self = .sourceChanged
        default: self = .sourceUnreadable(fault)
        }
    }
}
