import Testing
import Text

@Suite("time as text")
struct WallTimeTests {
    /// Expected: `date -u -d @SECONDS +%FT%TZ` of GNU coreutils.
    @Test(
        "timestamps agree with date(1)",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_251_199_001, "2024-02-29T23:59:59.001Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_000, "9999-12-31T23:59:59.000Z"),
        ])
    func timestamps(milliseconds: Int, expected: String) {
        #expect(WallTime(milliseconds: milliseconds).text == expected)
        #expect(WallTime(rfc3339: expected)?.milliseconds == milliseconds)
    }

    @Test("a moment is written with and without milliseconds, and in the basic form")
    func forms() {
        let time = WallTime(milliseconds: 1_369_353_600_500)
        #expect(time.secondsText == "2013-05-24T00:00:00Z" && time.basicText == "20130524T000000Z")
        #expect(time.seconds == 1_369_353_600)
        #expect(WallTime(seconds: -1).text == "1970-01-01T00:00:00.000Z")
        #expect(WallTime(seconds: .max).milliseconds == .max)
    }

    /// The example of RFC 9110, 5.6.7, and `date -u -d @SECONDS '+%a, %d %b %Y %T GMT'`.
    @Test(
        "dates of HTTP are written as they are read",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        ] as [(Int64, String)])
    func httpDates(seconds: Int64, text: String) {
        #expect(WallTime(seconds: seconds).httpText == text)
        #expect(WallTime(httpDate: text)?.seconds == seconds)
    }

    /// RFC 3339, 5.8, and `date -u -d TEXT +%s%3N` for each.
    @Test(
        "times of RFC 3339 are read in every zone",
        arguments: [
            ("1985-04-12T23:20:50.52Z", 482_196_050_520), ("1996-12-19T16:39:57-08:00", 851_042_397_000),
            ("1990-12-31T15:59:60-08:00", 662_688_000_000), ("2013-05-24T00:00:00.123456789+00:00", 1_369_353_600_123),
            ("2013-05-24T02:00:00+02:00", 1_369_353_600_000), ("2013-05-24T00:00:00.7Z", 1_369_353_600_700),
        ])
    func read(text: String, milliseconds: Int) { #expect(WallTime(rfc3339: text)?.milliseconds == milliseconds) }

    @Test(
        "what is no time of RFC 3339 is none",
        arguments: [
            "", "2013-05-24", "2013-05-24T00:00:00", "2013-05-24 00:00:00Z", "2013-13-24T00:00:00Z",
            "2013-05-24T24:00:00Z", "2013-05-24T00:00Z", "2013-05-24T00:00:00.Z", "2013-05-24T00:00:00.1x23Z",
            "2013-05-24T00:00:00+2", "2013-05-24T00:00:00ZZ", "+013-05-24T00:00:00Z", "1969-12-31T23:59:59Z",
            "2013-05-24T00:00:00+24:00",
        ])
    func unread(text: String) { #expect(WallTime(rfc3339: text) == nil) }

    /// RFC 9110, 5.6.7.
    @Test("dates of HTTP are read in the form that servers send")
    func http() {
        #expect(WallTime(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT")?.seconds == 784_111_777)
        for other in [
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET", "",
        ] {
            #expect(WallTime(httpDate: other) == nil)
        }
    }
}
