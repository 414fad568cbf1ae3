import HTTPServer
import ObjectStore

/// One version of one object in a store, and how patiently it is read.
struct LoopbackReader: Sendable {
    let store: any ObjectStore
    let key: String
    let sizeBytes: UInt64
    let etag: ETag
    let limits: LoopbackSource.Limits

    enum Step {
        case asked
        case got(bytes: Int)
    }

    /// Writes a stretch of the object into `stream`, as it comes.
    ///
    /// A fetch that fails in passing is repeated from where it broke, after a growing pause; a few in a row that bring
    /// nothing are too many.
    /// - Throws: `ObjectStoreFault`, or `StreamClosed` when ffmpeg wants no more.
    func send(_ wanted: Range<UInt64>, to stream: ByteStream, telling tell: (Step) -> Void) async throws {
        let pieces = LoopbackPieces(
            wanted, firstBytes: limits.firstPieceBytes, longestBytes: limits.longestPieceBytes)
        for piece in pieces {
            var rest = piece
            var fruitless = 0
            while !rest.isEmpty {
                let before = rest.lowerBound
                do {
                    tell(.asked)
                    try await fetch(&rest, to: stream, telling: tell)
                } catch let fault as ObjectStoreFault {
                    fruitless = rest.lowerBound > before ? 1 : fruitless + 1
                    guard fault.isTransient, fruitless < limits.triesInARow else { throw fault }
                    try await Task.sleep(for: limits.pause * (1 << min(fruitless - 1, 10)))
                }
            }
        }
    }

    /// One request to the store; `rest` keeps what has not come yet, also when this throws.
    private func fetch(_ rest: inout Range<UInt64>, to stream: ByteStream, telling tell: (Step) -> Void) async throws {
        let got = try await store.read(key, range: rest, ifMatch: etag, bufferBytes: limits.bufferBytes)
        try got.info.check(is: etag, sizeBytes: sizeBytes)
        guard got.range == rest else { throw ObjectStoreFault.malformedAnswer(what: "another range") }
        for try await bytes in got.body {
            guard bytes.count <= rest.count else { throw ObjectStoreFault.malformedAnswer(what: "too many bytes") }
            tell(.got(bytes: bytes.count))
            try await stream.write(bytes)
            rest = (rest.lowerBound + UInt64(bytes.count))..<rest.upperBound
        }
        guard rest.isEmpty else { throw ObjectStoreFault.truncated(gotBytes: rest.lowerBound, expectedBytes: nil) }
    }
}
