import Glibc

/// Points in time as S3 writes them. All in whole seconds since 1970-01-01T00:00:00Z.
enum StoreTime {
    /// The system's clock: S3 compares it with its own, so a monotonic one won't do.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    /// `20130524T000000Z`, as signatures have it.
    static func signingText(_ unixSeconds: Int64) -> String {
        var seconds = time_t(unixSeconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return digits(Int(parts.tm_year) + 1_900, 4) + digits(Int(parts.tm_mon) + 1, 2) + digits(Int(parts.tm_mday), 2)
            + "T" + digits(Int(parts.tm_hour), 2) + digits(Int(parts.tm_min), 2) + digits(Int(parts.tm_sec), 2) + "Z"
    }

    /// `Fri, 24 May 2013 00:00:00 GMT`: the one form of HTTP dates that servers send (RFC 9110, 5.6.7).
    static func http(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT" else { return nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = words[4].split(separator: ":")
        guard let month = months.firstIndex(of: String(words[2])), clock.count == 3 else { return nil }
        return seconds(year: words[3], month: "\(month + 1)", day: words[1], clock: clock)
    }

    /// `2013-05-24T00:00:00.000Z`, as listings have it: ISO 8601 in UTC. Fractions of a second are dropped.
    static func iso(_ text: String) -> Int64? {
        guard text.hasSuffix("Z") else { return nil }
        let halves = text.dropLast().split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        let clock = halves[1].prefix { $0 != "." }.split(separator: ":", omittingEmptySubsequences: false)
        guard date.count == 3, clock.count == 3 else { return nil }
        return seconds(year: date[0], month: date[1], day: date[2], clock: clock)
    }

    private static func seconds(
        year: Substring, month: Substring, day: Substring, clock: [Substring]
    ) -> Int64? {
        func number(_ text: Substring, _ range: ClosedRange<Int32>) -> Int32? {
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return Int32(text).flatMap { range.contains($0) ? $0 : nil }
        }
        guard let year = number(year, 1_970...9_999), let month = number(month, 1...12), let day = number(day, 1...31),
            let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
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

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
