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
