extension SettingsReader {
    /// A whole number within a range.
    public mutating func int(
        _ name: String, default fallback: Int, in range: ClosedRange<Int>, _ meaning: String
    ) -> Int {
        int(name, fallback, range, required: false, meaning) ?? fallback
    }

    public mutating func int(_ name: String, in range: ClosedRange<Int>, _ meaning: String) -> Int {
        int(name, nil, range, required: true, meaning) ?? range.lowerBound
    }

    /// A number of bytes: `65536`, `64KiB`, `32MiB`, `1GiB`. Powers of 1024 only: "MB" means two things.
    public mutating func bytes(
        _ name: String, default fallback: Int, in range: ClosedRange<Int>, _ meaning: String
    ) -> Int {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: false, accepted: "bytes \(accepted(range, ByteUnit.text))",
            hidesValue: false, meaning: meaning, show: ByteUnit.text)
        return read(setting) { text throws(Malformed) in
            guard let count = ByteUnit.parse(text) else { throw Malformed(reason: "is not a number of bytes") }
            return try within(range, count)
        } ?? fallback
    }

    /// A time span: a whole number with its unit, `500ms`, `30s`, `5m`, `24h`, `30d`; without a unit it counts
    /// milliseconds where the variable's name ends in `_MS`, and seconds elsewhere.
    public mutating func duration(
        _ name: String, default fallback: Duration, in range: ClosedRange<Duration>, _ meaning: String
    ) -> Duration {
        duration(name, fallback, range, bare: name.hasSuffix("_MS") ? .milliseconds : .seconds, meaning)
    }

    /// The same for a variable whose name is not ours, and which counts milliseconds where it has no unit.
    public mutating func milliseconds(
        _ name: String, default fallback: Duration, in range: ClosedRange<Duration>, _ meaning: String
    ) -> Duration {
        duration(name, fallback, range, bare: .milliseconds, meaning)
    }

    private mutating func duration(
        _ name: String, _ fallback: Duration, _ range: ClosedRange<Duration>, bare: TimeUnit, _ meaning: String
    ) -> Duration {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: false, accepted: "time \(accepted(range, TimeUnit.text))",
            hidesValue: false, meaning: meaning, show: TimeUnit.text)
        return read(setting) { text throws(Malformed) in
            guard let span = TimeUnit.parse(text, bare: bare) else {
                throw Malformed(reason: "is not a time span")
            }
            return try within(range, span)
        } ?? fallback
    }

    private mutating func int(
        _ name: String, _ fallback: Int?, _ range: ClosedRange<Int>, required: Bool, _ meaning: String
    ) -> Int? {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: required, accepted: "number \(accepted(range, String.init))",
            hidesValue: false, meaning: meaning, show: String.init)
        return read(setting) { text throws(Malformed) in
            guard let number = wholeNumber(text) else { throw Malformed(reason: "is not a whole number") }
            return try within(range, number)
        }
    }
}

private func within<Value: Comparable>(
    _ range: ClosedRange<Value>, _ value: Value
) throws(SettingsReader.Malformed) -> Value {
    if value < range.lowerBound { throw SettingsReader.Malformed(reason: "is too small") }
    if value > range.upperBound { throw SettingsReader.Malformed(reason: "is too large") }
    return value
}

private func accepted<Value>(_ range: ClosedRange<Value>, _ show: (Value) -> String) -> String {
    "\(show(range.lowerBound))…\(show(range.upperBound))"
}

/// Digits, perhaps with a minus before them; nil for all else and for what does not fit.
func wholeNumber(_ text: some StringProtocol) -> Int? {
    text.first == "+" ? nil : Int(text)
}

/// Digits and the letters behind them, as in `64KiB`; nil if there are no digits.
private func numberAndUnit(_ text: String) -> (Int, String)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return Int(digits).map { ($0, String(text.dropFirst(digits.count))) }
}

/// Numbers of bytes as settings and options write them.
public enum ByteUnit {
    /// `65536`, `64KiB`, `32MiB`, `1GiB`; nil for anything else.
    public static func parse(_ text: String) -> Int? {
        guard let (number, unit) = numberAndUnit(text) else { return nil }
        let size: Int
        switch unit {
        case "": size = 1
        case "KiB": size = 1 << 10
        case "MiB": size = 1 << 20
        case "GiB": size = 1 << 30
        default: return nil
        }
        let (bytes, tooLarge) = number.multipliedReportingOverflow(by: size)
        return tooLarge ? nil : bytes
    }

    /// In the largest unit that leaves a whole number.
    static func text(_ bytes: Int) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes != 0 && bytes.isMultiple(of: size) {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)"
    }
}

enum TimeUnit: Int, CaseIterable {
    case days = 86_400_000
    case hours = 3_600_000
    case minutes = 60_000
    case seconds = 1000
    case milliseconds = 1

    private var suffix: String {
        switch self {
        case .days: "d"
        case .hours: "h"
        case .minutes: "m"
        case .seconds: "s"
        case .milliseconds: "ms"
        }
    }

    static func parse(_ text: String, bare: TimeUnit) -> Duration? {
        guard let (number, suffix) = numberAndUnit(text),
            let unit = suffix.isEmpty ? bare : allCases.first(where: { $0.suffix == suffix })
        else { return nil }
        let (milliseconds, tooLarge) = number.multipliedReportingOverflow(by: unit.rawValue)
        return tooLarge ? nil : .milliseconds(milliseconds)
    }

    /// In the largest unit that leaves a whole number.
    static func text(_ span: Duration) -> String {
        let (seconds, attoseconds) = span.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        guard milliseconds != 0 else { return "0s" }
        let unit = allCases.first { milliseconds.isMultiple(of: $0.rawValue) } ?? .milliseconds
        return "\(milliseconds / unit.rawValue)\(unit.suffix)"
    }
}
