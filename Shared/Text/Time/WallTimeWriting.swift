extension [UInt8] {
    /// `2024-12-31T12:00:00.000Z`. Source: RFC 3339, 5.6.
    public mutating func appendTimestamp(_ time: WallTime) {
        let date = CivilDate(daysSince1970: time.milliseconds / 86_400_000)
        appendDigits(date.year, width: 4)
        append(UInt8(ascii: "-"))
        appendDigits(date.month, width: 2)
        append(UInt8(ascii: "-"))
        appendDigits(date.day, width: 2)
        append(UInt8(ascii: "T"))
        appendTimeOfDay(time, offsetSeconds: 0)
        append(UInt8(ascii: "Z"))
    }

    /// `12:00:00.000` in the zone that is `offsetSeconds` ahead of UTC.
    public mutating func appendTimeOfDay(_ time: WallTime, offsetSeconds: Int) {
        let day = 86_400_000
        let inDay = ((time.milliseconds + offsetSeconds * 1000) % day + day) % day
        appendDigits(inDay / 3_600_000, width: 2)
        append(UInt8(ascii: ":"))
        appendDigits(inDay / 60_000 % 60, width: 2)
        append(UInt8(ascii: ":"))
        appendDigits(inDay / 1000 % 60, width: 2)
        append(UInt8(ascii: "."))
        appendDigits(inDay % 1000, width: 3)
    }

    /// `number` in decimal, with zeros before it up to `width` digits.
    private mutating func appendDigits(_ number: Int, width: Int) {
        var unit = 1
        for _ in 1..<width { unit *= 10 }
        while number / unit >= 10 { unit *= 10 }
        while unit > 0 {
            append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
    }
}

/// A day of the Gregorian calendar.
///
/// Counted in years that begin on 1 March, so that the leap day is the last of its year, and in eras of 400 years,
/// each of which has 146,097 days.
private struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    init(daysSince1970: Int) {
        let days = daysSince1970 + 719_468  // since 0000-03-01
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}
