import Domain

/// What is heard around the edges of a clip.
struct EdgeSounds: Sendable {
    /// For each of the stretches that were asked for; nil where there is no sound, as behind the episode's end.
    let sounds: [FFmpegSound?]
    /// What was read of the source on that occasion, for the clip itself.
    var held: HeldBytes?

    /// Nothing is known of the sound, so edges stay where they are.
    static func unknown(_ stretches: [ClipWindow]) -> EdgeSounds {
        EdgeSounds(sounds: stretches.map { _ in nil }, held: nil)
    }
}

/// A part of one version of a source, read already.
struct HeldBytes: Sendable {
    private let bytes: [UInt8]
    private let start: Int

    /// More is read again instead of being kept while the clip waits for its turn.
    static let most = 4 << 20

    init(_ bytes: [UInt8], at start: Int) {
        self.bytes = bytes
        self.start = start
    }

    /// Nil unless all of it is here.
    subscript(_ range: Range<Int>) -> [UInt8]? {
        let end = start + bytes.count
        guard range.lowerBound >= start, range.upperBound <= end else { return nil }
        if range.lowerBound == start, range.upperBound == end { return bytes }
        return Array(bytes[range.lowerBound - start..<range.upperBound - start])
    }
}

extension ClipMaker {
    /// Makers that hear nothing leave edges where they are.
    func sounds(of stretches: [ClipWindow], _ order: CutJob, keepingBytes: Bool) async throws(ClipFault) -> EdgeSounds {
        .unknown(stretches)
    }
}
