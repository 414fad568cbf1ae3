/// Times as people type them: `12:30.5`, `1:02:03`, `750`, `30s`, `2m`, `1h`, `500ms`, `1h2m3.5s`.
///
/// A comma divides decimals as a point does. Up to nine decimals are read and rounded to the nearest millisecond.
enum SpokenTime {
    /// - Returns: nil for anything else, and for what exceeds 24 days.
    static func parse(_ text: String) -> Duration? {
        // Longer than any time; so nothing below can overflow.
        guard !text.isEmpty, text.utf8.count <= 40 else { return nil }
        let bytes = text.utf8.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }
        guard let microseconds = clock(bytes) ?? units(bytes) else { return nil }
        let milliseconds = (microseconds + 500) / 1000
        return milliseconds <= Int(Int32.max) ? .milliseconds(milliseconds) : nil
    }

    /// `S`, `M:S` or `H:M:S`, the last part with decimals; with others before it, a part is below 60.
    private static func clock(_ text: [UInt8]) -> Int? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), var total = millionths(parts[parts.count - 1]) else { return nil }
        if parts.count > 1, total >= 60_000_000 { return nil }
        var scale = 60_000_000
        for (index, part) in parts.dropLast().enumerated().reversed() {
            guard let number = whole(part), index == 0 || number < 60, number <= longest / scale else { return nil }
            total += number * scale
            scale *= 60
        }
        return total
    }

    /// Numbers with their units, the largest first, each unit once; only the last may have decimals.
    private static func units(_ text: [UInt8]) -> Int? {
        let known: [(name: [UInt8], microseconds: Int)] = [
            (Array("h".utf8), 3_600_000_000), (Array("m".utf8), 60_000_000), (Array("s".utf8), 1_000_000),
            (Array("ms".utf8), 1000),
        ]
        var rest = text[...]
        var next = 0
        var total = 0
        while !rest.isEmpty {
            let number = rest.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !isDigit($0) }.map { $0 | 0x20 }
            rest = rest.dropFirst(name.count)
            guard let unit = known.indices.first(where: { $0 >= next && known[$0].name == name }),
                let count = millionths(number), rest.isEmpty || count % 1_000_000 == 0
            else { return nil }
            let scale = known[unit].microseconds
            guard count / 1_000_000 <= longest / scale else { return nil }
            total += count / 1_000_000 * scale + count % 1_000_000 * scale / 1_000_000
            next = unit + 1
        }
        return next > 0 ? total : nil
    }

    /// `12.5` as 12500000; `12.` and `.5` are numbers too, `.` is none.
    private static func millionths(_ text: ArraySlice<UInt8>) -> Int? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : []
        guard let first = parts.first, !(first.isEmpty && decimals.isEmpty), decimals.count <= 9,
            decimals.allSatisfy(isDigit), let whole = first.isEmpty ? 0 : whole(first)
        else { return nil }
        // Cut off here, because rounding twice is not rounding.
        let padded = (decimals + repeatElement(UInt8(ascii: "0"), count: 9 - decimals.count)).map { Int($0 - 0x30) }
        let nanoseconds = padded.reduce(0) { $0 * 10 + $1 }
        return whole * 1_000_000 + nanoseconds / 1000
    }

    private static func whole(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty, text.count <= 10, text.allSatisfy(isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// In microseconds, well beyond what `parse` lets pass: nothing overflows below it.
    private static let longest = 10_000_000_000_000

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
