/// The name that a slip of the pen probably meant: at most three edits away, and fewer than half of its letters.
func nearest(to name: String, among candidates: Set<String>) -> String? {
    let distances = candidates.map { (name: $0, edits: edits(from: Array(name.utf8), to: Array($0.utf8))) }
    let best = distances.min { ($0.edits, $0.name) < ($1.edits, $1.name) }
    return best.flatMap { $0.edits <= 3 && $0.edits * 2 < name.utf8.count ? $0.name : nil }
}

/// Levenshtein's distance: insertions, deletions and replacements.
private func edits(from old: [UInt8], to new: [UInt8]) -> Int {
    var row = Array(0...new.count)
    for (line, byte) in old.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for (column, other) in new.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
        }
    }
    return row[new.count]
}

/// Of the candidates that share the word with it, the one whose other letters hold most of the name's own in their order:
/// `KAFKA_BOOTSTRAP_SERVERS` for `KAFKA_BROKERS`, `MONGODB_DATABASE` for `MONGODB_DB`; nil if that is less than 70 %.
func nearest(to name: String, sharing word: String, among candidates: Set<String>) -> String? {
    func rest(_ text: String) -> [UInt8] {
        Array(text.split(separator: "_").filter { $0 != word }.joined(separator: "_").utf8)
    }
    let own = rest(name)
    guard own.count >= 2 else { return nil }
    let related = candidates.filter { $0.split(separator: "_").contains { $0 == word } }
    let best = related.map { (name: $0, common: commonLetters(own, rest($0))) }
        .max { ($0.common, -$0.name.utf8.count, $1.name) < ($1.common, -$1.name.utf8.count, $0.name) }
    return best.flatMap { $0.common * 10 >= own.count * 7 ? $0.name : nil }
}

/// The length of the longest common subsequence.
private func commonLetters(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = [Int](repeating: 0, count: other.count + 1)
    for byte in one {
        var diagonal = 0
        for (column, letter) in other.enumerated() {
            let above = row[column + 1]
            row[column + 1] = byte == letter ? diagonal + 1 : max(above, row[column])
            diagonal = above
        }
    }
    return row[other.count]
}
