import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import CutterService
@testable import MP3

/// Three hours of MP3 that are never in memory: one minute's frames over and over, as the only object of a store.
struct LongFileStore: ObjectStore {
    let head: [UInt8]
    let minute: [UInt8]
    let times: Int
    private let etag = ETag("\"three-hours\"")!

    var sizeBytes: Int { head.count + minute.count * times }

    private static let made = Made()

    /// With LAME's tag, its counters those of three hours.
    static func constant() async throws -> LongFileStore {
        // At 48 kHz every frame has 384 bytes, so that minutes can be joined and the tag's counters set by hand.
        let minute = try await made.frames("-b 128 --resample 48")
        let times = 180
        let frames = minute.count / 384
        let header = try #require(FrameHeader(minute))
        let writer = InfoTagWriter(
            model: header, isConstant: true, delay: 576, padding: 1000,
            lengths: [Int](repeating: 384, count: frames * times))
        var tag = writer.published([])
        let total = tag.count + minute.count * times
        for i in 0..<4 { tag[header.tagOffset + 12 + i] = UInt8(truncatingIfNeeded: total >> (24 - 8 * i)) }
        return LongFileStore(head: tag, minute: minute, times: times)
    }

    /// Without any tag, so that it has to be looked through.
    static func variable() async throws -> LongFileStore {
        LongFileStore(head: [], minute: try await made.frames("-V 2"), times: 180)
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var place = range.lowerBound
        if place < head.count { bytes += head[place..<min(head.count, range.upperBound)] }
        place += bytes.count
        while place < range.upperBound {
            let inMinute = (place - head.count) % minute.count
            let piece = minute[inMinute..<min(minute.count, inMinute + range.upperBound - place)]
            bytes += piece
            place += piece.count
        }
        return bytes
    }

    private var info: ObjectInfo {
        ObjectInfo(key: "three-hours", sizeBytes: UInt64(sizeBytes), etag: etag, lastModifiedUnixSeconds: 0)
    }

    private func part(_ range: Range<UInt64>?, _ ifMatch: ETag?) throws(ObjectStoreFault) -> Range<UInt64> {
        guard ifMatch == nil || ifMatch == etag else { throw .sourceChanged }
        let all = 0..<UInt64(sizeBytes)
        let part = (range ?? all).clamped(to: all)
        guard !part.isEmpty else { throw .rangeNotSatisfiable(sizeBytes: all.upperBound) }
        return part
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let wanted = try part(range, ifMatch)
        guard wanted.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        return ObjectBytes(
            info: info, range: wanted, bytes: bytes(Int(wanted.lowerBound)..<Int(wanted.upperBound)))
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let wanted = try part(range, ifMatch)
        let place = Mutex(Int(wanted.lowerBound))
        return ObjectStream(
            info: info, range: wanted,
            body: ObjectBody { () async throws(ObjectStoreFault) in
                let piece = place.withLock { place in
                    let end = min(Int(wanted.upperBound), place + max(1, bufferBytes / 4))
                    defer { place = end }
                    return place..<end
                }
                return piece.isEmpty ? nil : bytes(piece)
            })
    }

    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        info.key.hasPrefix(prefix) && limit > 0 ? [info] : []
    }
    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { info }
    func delete(_ key: String) async throws(ObjectStoreFault) { throw .denied(code: "ReadOnly") }
    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome { throw .denied(code: "ReadOnly") }
}

/// A minute of sound that never comes back to itself, encoded once for each set of options.
private actor Made {
    private var tasks: [String: Task<[UInt8], any Error>] = [:]

    /// Frames without a tag.
    func frames(_ options: String) async throws -> [UInt8] {
        let task = tasks[options] ?? Task { try await Self.encode(options) }
        tasks[options] = task
        return try await task.value
    }

    private static func encode(_ options: String) async throws -> [UInt8] {
        let sound =
            "anoisesrc=c=pink:seed=3:d=60:r=44100:a=0.9,volume='0.01+abs(sin(t*t*0.03)*sin(t*0.71))':eval=frame,"
            + "aformat=channel_layouts=stereo"
        let wave = try TemporaryFile(suffix: ".wav")
        try await Tool.run("ffmpeg", ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", sound, wave.path])
        let file = try TemporaryFile(suffix: ".mp3")
        try await Tool.run(
            "lame", ["--quiet", "-t"] + options.split(separator: " ").map(String.init) + [wave.path, file.path])
        return try FFmpegSamples.contents(of: file.path)
    }
}
