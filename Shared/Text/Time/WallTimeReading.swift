import Glibc

extension WallTime {
    /// Reads `Fri, 24 May 2013 00:00:00 GMT`: the one form of HTTP dates that servers send (RFC 9110, 5.6.7).
    public init?(httpDate text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT" else { return nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let month = months.firstIndex(of: String(words[2])),
            let seconds = Self.seconds(year: words[3], month: "\(month + 1)", day: words[1], clock: words[4])
        else { return nil }
        self.init(seconds: seconds)
    }

    /// Reads `2013-05-24T00:00:00.000Z` or `2013-05-24T02:00:00+02:00` (RFC 3339, 5.6). Digits beyond the millisecond are
    /// dropped.
    public init?(rfc3339 text: String) {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let zone = halves[1].firstIndex(where: { $0 == "Z" || $0 == "+" || $0 == "-" }),
            let offset = Self.offsetSeconds(halves[1][zone...])
        else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        let clock = halves[1][..<zone].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard date.count == 3, let fraction = Self.milliseconds(clock.count == 2 ? clock[1] : "0"),
            let seconds = Self.seconds(year: date[0], month: date[1], day: date[2], clock: clock[0])
        else { return nil }
        self.init(milliseconds: Int(seconds - offset) * 1000 + fraction)
    }

    private static func seconds(year: Substring, month: Substring, day: Substring, clock: Substring) -> Int64? {
        let clock = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let year = number(year, 1_970...9_999), let month = number(month, 1...12),
            let day = number(day, 1...31), let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
            let second = number(clock[2], 0...60)
        else { return nil }
        var parts = tm()
        parts.tm_year = year - 1_900
        parts.tm_mon = month - 1
        parts.tm_mday = day
        parts.tm_hour = hour
        parts.tm_min = minute
        parts.tm_sec = second
        return Int64(timegm(&parts))
    }

    /// Of `Z` or `+hh:mm`.
    private static func offsetSeconds(_ zone: Substring) -> Int64? {
        if zone == "Z" { return 0 }
        let parts = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = number(parts[0], 0...23), let minutes = number(parts[1], 0...59) else {
            return nil
        }
        return Int64(hours * 60 + minutes) * (zone.first == "-" ? -60 : 60)
    }

    private static func milliseconds(_ fraction: Substring) -> Int? {
        guard fraction.utf8.allSatisfy(isDigit), let whole = number(fraction.prefix(3), 0...999) else { return nil }
        return [1, 100, 10, 1][min(3, fraction.utf8.count)] * Int(whole)
    }

    private static func number(_ text: Substring, _ range: ClosedRange<Int32>) -> Int32? {
        guard text.utf8.allSatisfy(isDigit) else { return nil }
        return Int32(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
