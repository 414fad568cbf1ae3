import HTTPServer
import ObjectStore

/// One version of one object in a store, or a part of it, and how patiently it is read.
struct LoopbackReader: Sendable {
    let store: any ObjectStore
    let key: String
    /// What is lent of it.
    let bytes: Range<UInt64>
    /// All of it.
    let wholeBytes: UInt64
    let etag: ETag
    let limits: LoopbackSource.Limits
    let kept: KeptPages?
    let habit: LoopbackHabit

    /// Of what is lent.
    var sizeBytes: UInt64 { bytes.upperBound - bytes.lowerBound }

    enum Step {
        case asked
        case got(bytes: Int)
    }

    /// Writes a stretch of what is lent into `stream`: what is kept of it, and the rest as it comes.
    ///
    /// A fetch that fails in passing is repeated from where it broke, after a growing pause; a few in a row that bring
    /// nothing are too many.
    /// - Throws: `ObjectStoreFault`, or `StreamClosed` when ffmpeg wants no more.
    func send(_ wanted: Range<UInt64>, to stream: ByteStream, telling tell: (Step) -> Void) async throws {
        // Places are those in the file from here on.
        var rest = wanted.lowerBound + bytes.lowerBound..<wanted.upperBound + bytes.lowerBound
        var pieces: LoopbackPieces?
        var keeping = kept == nil ? 0 : habit.keptBytes
        var expected = habit.atSeek
        while !rest.isEmpty {
            if let there = kept?.bytes(at: rest.lowerBound) {
                let bytes = Array(there.prefix(Int(clamping: rest.upperBound - rest.lowerBound)))
                try await stream.write(bytes)
                rest = rest.lowerBound + UInt64(bytes.count)..<rest.upperBound
                if pieces == nil { expected = habit.goingOn }
                continue
            }
            var growing =
                pieces
                ?? LoopbackPieces(
                    firstBytes: limits.firstPieceBytes, longestBytes: limits.longestPieceBytes, expectedBytes: expected)
            let next = growing.next(of: rest)
            pieces = growing
            let piece = kept?.missing(of: next) ?? next
            try await send(piece: piece, keeping: keeping, to: stream, telling: tell)
            keeping = max(0, keeping - Int(clamping: piece.upperBound - piece.lowerBound))
            rest = piece.upperBound..<rest.upperBound
        }
    }

    private func send(
        piece: Range<UInt64>, keeping: Int, to stream: ByteStream, telling tell: (Step) -> Void
    ) async throws {
        var rest = piece
        var fruitless = 0
        while !rest.isEmpty {
            let before = rest.lowerBound
            do {
                tell(.asked)
                try await fetch(&rest, keeping: keeping, to: stream, telling: tell)
            } catch let fault as ObjectStoreFault {
                fruitless = rest.lowerBound > before ? 1 : fruitless + 1
                guard fault.isTransient, fruitless < limits.triesInARow else { throw fault }
                try await Task.sleep(for: limits.pause * (1 << min(fruitless - 1, 10)))
            }
        }
    }

    /// One request to the store; `rest` keeps what has not come yet, also when this throws.
    private func fetch(
        _ rest: inout Range<UInt64>, keeping: Int, to stream: ByteStream, telling tell: (Step) -> Void
    ) async throws {
        var place = keeping > 0 ? pageBegin(before: rest.lowerBound) : rest.lowerBound
        let asked = place..<rest.upperBound
        let got = try await store.read(key, range: asked, ifMatch: etag, bufferBytes: limits.bufferBytes)
        try got.info.check(is: etag, sizeBytes: wholeBytes)
        guard got.range == asked else { throw ObjectStoreFault.malformedAnswer(what: "another range") }
        var filling = kept.map { PageFilling($0, at: place, room: keeping > 0 ? asked.count : 0) }
        // ffmpeg goes away as soon as it has seen enough, and what is still to come would be lost.
        let waits = keeping > 0 && asked.count <= Self.mostWaitedFor
        var waiting: [UInt8] = []
        for try await bytes in got.body {
            guard bytes.count <= asked.upperBound - place else {
                throw ObjectStoreFault.malformedAnswer(what: "too many bytes")
            }
            tell(.got(bytes: bytes.count))
            filling?.add(bytes)
            let lead = rest.lowerBound > place ? min(bytes.count, Int(rest.lowerBound - place)) : 0
            place += UInt64(bytes.count)
            guard lead < bytes.count else { continue }
            if waits {
                waiting += bytes[lead...]
            } else {
                try await stream.write(lead == 0 ? bytes : Array(bytes[lead...]))
                rest = place..<rest.upperBound
            }
        }
        if waits, place == asked.upperBound {
            try await stream.write(waiting)
            rest = place..<rest.upperBound
        }
        guard rest.isEmpty else { throw ObjectStoreFault.truncated(gotBytes: place, expectedBytes: nil) }
    }

    /// Of a fetch that comes whole before ffmpeg gets any of it.
    private static let mostWaitedFor = 256 << 10

    /// Where a fetch begins whose pages are kept.
    private func pageBegin(before place: UInt64) -> UInt64 {
        let early = place - min(place, UInt64(habit.leadBytes))
        return early - early % UInt64(SourcePages.pageBytes)
    }
}
