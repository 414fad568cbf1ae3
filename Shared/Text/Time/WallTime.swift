import Glibc

/// A moment by the wall clock, to the millisecond: for stamps that leave the process, never for durations.
public struct WallTime: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z; never negative.
    public let milliseconds: Int

    public init(milliseconds: Int) { self.milliseconds = max(0, milliseconds) }

    /// - Parameter seconds: since 1970.
    public init(seconds: Int64) {
        self.init(milliseconds: seconds > Int64(Int.max / 1000) ? .max : Int(seconds) * 1000)
    }

    public static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// Whole seconds since 1970.
    public var seconds: Int64 { Int64(milliseconds / 1000) }

    /// `2024-12-31T12:00:00.000Z`. Source: RFC 3339, 5.6.
    public var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        bytes.appendTimestamp(self)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `2024-12-31T12:00:00Z`: the same without milliseconds.
    public var secondsText: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        bytes.appendTimestamp(self)
        bytes.removeLast(5)
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `20241231T120000Z`: the basic form of ISO 8601, as signatures of S3 have it.
    public var basicText: String {
        String(decoding: secondsText.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }

    /// `Fri, 24 May 2013 00:00:00 GMT`. Source: RFC 9110, 5.6.7.
    public var httpText: String {
        var seconds = time_t(milliseconds / 1000)
        var utc = tm()
        guard gmtime_r(&seconds, &utc) != nil else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        var text = [CChar](repeating: 0, count: 40)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &utc)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What the local zone is ahead of UTC at this moment, in seconds.
    public var localOffsetSeconds: Int {
        var seconds = time_t(milliseconds / 1000)
        var local = tm()
        guard localtime_r(&seconds, &local) != nil else { return 0 }
        return local.tm_gmtoff
    }

    public static func < (one: WallTime, other: WallTime) -> Bool { one.milliseconds < other.milliseconds }
}
