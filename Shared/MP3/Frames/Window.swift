/// A stretch of the source held in memory, addressed by its place in the file.
///
/// Every reading is guarded: a place outside the window answers `nil`, so that no untrusted offset can trap.
struct Window: Sendable {
    private(set) var bytes: [UInt8]
    /// Where in the file the first byte stands.
    private(set) var start: Int

    init(_ bytes: [UInt8], at start: Int) {
        self.bytes = bytes
        self.start = start
    }

    var end: Int { start &+ bytes.count }

    /// The index of `place` in `bytes` when `count` bytes from there on are all held.
    @inline(__always)
    private func index(of place: Int, count: Int) -> Int? {
        let (index, overflow) = place.subtractingReportingOverflow(start)
        guard !overflow, index >= 0, count >= 0, index <= bytes.count &- count else { return nil }
        return index
    }

    func holds(_ range: Range<Int>) -> Bool { index(of: range.lowerBound, count: range.count) != nil }

    @inline(__always)
    func byte(at place: Int) -> UInt8? {
        guard let index = index(of: place, count: 1) else { return nil }
        return bytes[index]
    }

    @inline(__always)
    func bigEndian16(at place: Int) -> Int? {
        guard let index = index(of: place, count: 2) else { return nil }
        return Int(bytes[index]) << 8 | Int(bytes[index &+ 1])
    }

    @inline(__always)
    func bigEndian32(at place: Int) -> UInt32? {
        guard let index = index(of: place, count: 4) else { return nil }
        return bytes.withUnsafeBytes {
            UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: index, as: UInt32.self))
        }
    }

    func littleEndian32(at place: Int) -> UInt32? { bigEndian32(at: place).map(\.byteSwapped) }

    func has(_ text: StaticString, at place: Int) -> Bool {
        guard let index = index(of: place, count: text.utf8CodeUnitCount) else { return false }
        return text.withUTF8Buffer { wanted in bytes[index..<index &+ wanted.count].elementsEqual(wanted) }
    }

    /// The bytes of `range`, or `nil` when not all of them are here.
    func slice(_ range: Range<Int>) -> ArraySlice<UInt8>? {
        guard let index = index(of: range.lowerBound, count: range.count) else { return nil }
        return bytes[index..<index &+ range.count]
    }

    /// The first place from `place` on, below `limit`, that holds `value`.
    func first(_ value: UInt8, from place: Int, below limit: Int) -> Int? {
        let from = max(place, start)
        let upTo = min(limit, end)
        guard from < upTo else { return nil }
        return bytes.withUnsafeBytes { raw -> Int? in
            var index = from &- start
            let stop = upTo &- start
            while index < stop {
                if raw[index] == value { return index &+ start }
                index &+= 1
            }
            return nil
        }
    }

    /// Takes in what follows the window's end.
    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Drops everything before `place`; beyond the end, everything that is here.
    mutating func forget(before place: Int) {
        guard place > start else { return }
        let gone = min(place &- start, bytes.count)
        bytes.removeFirst(gone)
        start &+= gone
    }
}
