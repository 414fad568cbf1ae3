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

    /// Of what is lent.
    var sizeBytes: UInt64 { bytes.upperBound - bytes.lowerBound }

    enum Step {
        case asked
        case got(bytes: Int)
    }

    /// Writes a stretch of what is lent into `stream`, as it comes.
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
        let place = rest.lowerBound + bytes.lowerBound..<rest.upperBound + bytes.lowerBound
        let got = try await store.read(key, range: place, ifMatch: etag, bufferBytes: limits.bufferBytes)
        try got.info.check(is: etag, sizeBytes: wholeBytes)
        guard got.range == place else { throw ObjectStoreFault.malformedAnswer(what: "another range") }
        for try await bytes in got.body {
            guard bytes.count <= rest.upperBound - rest.lowerBound else {
                throw ObjectStoreFault.malformedAnswer(what: "too many bytes")
            }
            tell(.got(bytes: bytes.count))
            try await stream.write(bytes)
            rest = (rest.lowerBound + UInt64(bytes.count))..<rest.upperBound
        }
        guard rest.isEmpty else { throw ObjectStoreFault.truncated(gotBytes: rest.lowerBound, expectedBytes: nil) }
    }
}
