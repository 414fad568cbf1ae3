/// What a parameter that nobody knows was probably meant to be.
///
/// Unknown parameters are ignored, so that clients and proxies may add their own. But one that is nearly ours is a mistake
/// that would go unnoticed: `duration=5` would give half a minute.
enum ParameterNames {
    /// The parameters of a clip, and the words that stand for them without their unit.
    private static let known: [(name: String, stems: [String])] = [
        ("start_time_ms", ["start", "starttime"]), ("duration_ms", ["duration", "dur"]), ("format", ["format"]),
        ("length", ["length"]), ("with", ["with"]),
    ]
    /// Those of some formats only.
    private static let ofFormats: [(name: String, stems: [String])] = [
        ("samples_per_pixel", ["samplesperpixel"]), ("bits", ["bits"]), ("channels", ["channels"]),
        ("size", ["size"]), ("colors", ["colors"]),
    ]
    /// Those that only count beside others.
    private static let ofSnaps: [(name: String, stems: [String])] = [
        ("max_shift_ms", ["maxshift"])
    ]
    private static let units = ["milliseconds", "millis", "msecs", "msec", "seconds", "secs", "sec", "ms"]
    /// Longer names are not ours by a slip.
    private static let longest = 32

    /// - Parameters:
    ///   - name: as the client wrote it.
    ///   - others: further parameters of ours, in this request.
    /// - Returns: nil for a parameter of ours, and for one that is like none.
    static func meant(by name: String, besides others: [String] = []) -> String? {
        let known = others.isEmpty ? known : known + (ofFormats + ofSnaps).filter { others.contains($0.name) }
        guard name.utf8.count <= longest, !known.contains(where: { $0.name == name }) else { return nil }
        let letters = name.utf8.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }.filter { $0 &- 0x61 < 26 }
        let candidates =
            [letters]
            + units.compactMap { unit in
                letters.count > unit.utf8.count && letters.suffix(unit.utf8.count).elementsEqual(unit.utf8)
                    ? Array(letters.dropLast(unit.utf8.count)) : nil
            }
        for (known, stems) in known {
            for stem in stems.map({ Array($0.utf8) }) {
                let slips = stem.count < 5 ? 0 : stem.count < 8 ? 1 : 2
                if candidates.contains(where: { areAlike($0, stem, slips: slips) }) { return known }
            }
        }
        return nil
    }

    /// Whether at most so many letters were left out, added, changed or swapped with the next one (the optimal string
    /// alignment distance).
    private static func areAlike(_ one: [UInt8], _ other: [UInt8], slips: Int) -> Bool {
        guard abs(one.count - other.count) <= slips else { return false }
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var next = [row + 1]
            for (column, wanted) in other.enumerated() {
                var least = min(last[column] + (letter == wanted ? 0 : 1), last[column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == wanted {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                next.append(least)
            }
            (beforeLast, last) = (last, next)
        }
        return last[other.count] <= slips
    }
}
