/// Times as people type them: `12:30.5`, `1:02:03`, `750`, `30s`, `2m`, `1h`, `500ms`.
enum SpokenTime {
    /// - Returns: nil for anything else, for more than three decimals, and for what exceeds 24 days.
    static func parse(_ text: String) -> Duration? {
        for (unit, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] where text.hasSuffix(unit)
        {
            guard let count = thousandths(text.dropLast(unit.count)) else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: milliseconds)
            guard !overflow, product % 1000 == 0 else { return nil }
            return checked(product / 1000)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let seconds = parts.last.flatMap({ thousandths($0) }) else { return nil }
        var total = seconds
        var scale = 60_000
        for part in parts.dropLast().reversed() {
            guard let number = Int(part), number >= 0, number < 1_000_000, seconds < 60_000 else { return nil }
            total += number * scale
            scale *= 60
        }
        return checked(total)
    }

    private static func checked(_ milliseconds: Int) -> Duration? {
        milliseconds <= Int(Int32.max) ? .milliseconds(milliseconds) : nil
    }

    /// `12.5` as 12500; up to three decimals.
    private static func thousandths(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard let whole = Int(parts[0]), (0..<10_000_000_000).contains(whole), parts[0].first != "+",
            decimals.utf8.count <= 3, decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let padded = decimals + String(repeating: "0", count: 3 - decimals.utf8.count)
        return whole * 1000 + (Int(padded) ?? 0)
    }
}
