import ObjectStore
import Synchronization

/// One object in memory whose reads break where the script says.
final class ScriptedStore: ObjectStore {
    enum Act: Sendable {
        case refuse(ObjectStoreFault)
        /// Gives so many bytes, then fails.
        case breakAfter(Int, ObjectStoreFault)
        /// Gives so many bytes, and nothing more until the reader goes away.
        case hangAfter(Int)
        /// From here on the object is another.
        case replace
    }

    private struct State {
        var bytes: [UInt8]
        var etag: ETag
        var script: [Act]
        var ranges: [Range<UInt64>] = []
        var handed = 0
    }

    /// Of its object; a read under any other gives the same.
    static let key = "scripted.mp3"

    private let state: Mutex<State>
    let sizeBytes: UInt64
    let etag: ETag

    init(_ bytes: [UInt8], script: [Act] = []) {
        guard let etag = ETag("\"first\"") else { preconditionFailure("an ETag of a test") }
        self.etag = etag
        sizeBytes = UInt64(bytes.count)
        state = Mutex(State(bytes: bytes, etag: etag, script: script))
    }

    /// What was asked for, in order.
    var ranges: [Range<UInt64>] { state.withLock(\.ranges) }
    /// Bytes that left the store.
    var handed: Int { state.withLock(\.handed) }

    /// What comes of the next reads, one act each; then all is well.
    func follow(_ script: [Act]) { state.withLock { $0.script = script } }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let (act, now) = state.withLock { state -> (Act?, State) in
            state.ranges.append(range ?? 0..<UInt64(state.bytes.count))
            let act = state.script.isEmpty ? nil : state.script.removeFirst()
            if case .replace = act, let other = ETag("\"second\"") { state.etag = other }
            return (act, state)
        }
        if case .refuse(let fault) = act { throw fault }
        if let ifMatch, ifMatch != now.etag { throw .sourceChanged }
        let size = UInt64(now.bytes.count)
        let wanted = (range ?? 0..<size).clamped(to: 0..<size)
        guard !wanted.isEmpty else { throw .rangeNotSatisfiable(sizeBytes: size) }
        let info = ObjectInfo(key: key, sizeBytes: size, etag: now.etag, lastModifiedUnixSeconds: 0)
        return ObjectStream(
            info: info, range: wanted, body: body(now.bytes, wanted, act, step: max(1, bufferBytes / 4)))
    }

    private func body(_ bytes: [UInt8], _ wanted: Range<UInt64>, _ act: Act?, step: Int) -> ObjectBody {
        let place = Mutex(Int(wanted.lowerBound))
        return ObjectBody { [self] () async throws(ObjectStoreFault) in
            var end = Int(wanted.upperBound)
            switch act {
            case .breakAfter(let count, _), .hangAfter(let count): end = min(end, Int(wanted.lowerBound) + count)
            default: break
            }
            let piece = place.withLock { place -> [UInt8] in
                let piece = Array(bytes[place..<min(end, place + step)])
                place += piece.count
                return piece
            }
            if piece.isEmpty {
                switch act {
                case .breakAfter(_, let fault): throw fault
                case .hangAfter:
                    try? await Task.sleep(for: .seconds(3600))
                    throw .cancelled
                default: return nil
                }
            }
            state.withLock { $0.handed += piece.count }
            return piece
        }
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let stream = try await read(key, range: range, ifMatch: ifMatch, bufferBytes: max(1, limitBytes))
        guard stream.range.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        var bytes: [UInt8] = []
        for try await piece in stream.body { bytes += piece }
        return ObjectBytes(info: stream.info, range: stream.range, bytes: bytes)
    }

    private var info: ObjectInfo {
        let now = state.withLock { $0 }
        return ObjectInfo(
            key: Self.key, sizeBytes: UInt64(now.bytes.count), etag: now.etag, lastModifiedUnixSeconds: 0)
    }

    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        Self.key.hasPrefix(prefix) && limit > 0 ? [info] : []
    }
    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { info }
    func delete(_ key: String) async throws(ObjectStoreFault) { throw .denied(code: "ReadOnly") }
    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome { throw .denied(code: "ReadOnly") }
}
