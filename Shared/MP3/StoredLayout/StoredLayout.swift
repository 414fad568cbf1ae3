import Compression

/// Why stored bytes give no layout. The remedy is always the same: find the layout anew.
public enum StoredLayoutFault: Error, Hashable, Sendable {
    /// The first bytes are not a layout's.
    case notALayout
    /// Written by another version of this program.
    case otherVersion(Int)
    /// The bytes are not those that were written.
    case damaged
    /// The numbers contradict one another.
    case malformed

    public var slug: String {
        switch self {
        case .notALayout: "not-a-layout"
        case .otherVersion: "layout-version"
        case .damaged: "layout-damaged"
        case .malformed: "layout-malformed"
        }
    }
}

/// A layout as an object of its own, beside the clips.
///
/// Sixteen bytes in front, all big-endian: `CutL`, the version (1), three zeros, the CRC-32 of everything that follows,
/// and the payload's size. Then the payload, packed by zlib: a row of varints (see `VarintWriter`) as `Layout.write(to:)`
/// writes them. An index keeps the second differences of its checkpoints, which stay small while the bitrate does not jump.
enum StoredLayout {
    static let magic: [UInt8] = Array("CutL".utf8)
    /// To be raised with each change to these numbers' order, and with each after which a scan finds another layout in some
    /// file; then `CutVersion` has to be raised as well, as clips of such a file sound at other times.
    static let version = 1
    /// An index above this is made coarser: three hours of variable bitrate stay below 64 KiB.
    static let desiredSize = 62 * 1024
    /// Nothing larger is unpacked.
    static let largestPayload = 32 << 20

    static func size(of index: FrameIndex) -> Int {
        var writer = VarintWriter()
        index.write(to: &writer)
        return Deflate.pack(writer.bytes)?.count ?? 0
    }

    static func wrap(_ payload: [UInt8]) -> [UInt8] {
        guard let packed = Deflate.pack(payload) else { return [] }
        let body = bigEndian(UInt32(truncatingIfNeeded: payload.count)) + packed
        return magic + [UInt8(version), 0, 0, 0] + bigEndian(Deflate.checksum(body)) + body
    }

    static func unwrap(_ bytes: [UInt8]) throws(StoredLayoutFault) -> [UInt8] {
        let window = Window(bytes, at: 0)
        guard bytes.starts(with: magic), let version = window.byte(at: 4), let checksum = window.bigEndian32(at: 8),
            let size = window.bigEndian32(at: 12)
        else { throw .notALayout }
        guard Int(version) == Self.version else { throw .otherVersion(Int(version)) }
        guard Deflate.checksum(bytes.dropFirst(12)) == checksum else { throw .damaged }
        guard size <= largestPayload, let payload = Deflate.unpack(Array(bytes.dropFirst(16)), size: Int(size)) else {
            throw .malformed
        }
        return payload
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

extension Layout {
    /// The layout as bytes to be kept; empty only when there is no memory to pack it.
    public func encoded() -> [UInt8] {
        var writer = VarintWriter()
        write(to: &writer)
        return StoredLayout.wrap(writer.bytes)
    }

    /// - Throws: `StoredLayoutFault`, whatever the bytes are. Compare `source` with the version at hand before use.
    public init(decoding bytes: [UInt8]) throws(StoredLayoutFault) {
        var reader = VarintReader(try StoredLayout.unwrap(bytes))
        self = try Layout(reading: &reader)
        guard reader.isAtEnd else { throw .malformed }
    }
}
