import Testing

@testable import GatewayService

@Suite("names that are nearly a parameter's")
struct ParameterNamesTests {
    @Test(
        "a parameter of ours is no slip of another",
        arguments: ["start_time_ms", "duration_ms", "format", "length"])
    func own(name: String) { #expect(ParameterNames.meant(by: name) == nil) }

    @Test("those of one format count where that is asked for, and nowhere else")
    func ofFormats() {
        let names = ["samples_per_pixel", "bits", "channels"]
        for (slip, meant) in [("samplesPerPixel", names[0]), ("sample_per_pixel", names[0]), ("channel", names[2])] {
            #expect(ParameterNames.meant(by: slip) == nil)
            #expect(ParameterNames.meant(by: slip, besides: names) == meant)
        }
        for name in names { #expect(ParameterNames.meant(by: name, besides: names) == nil) }
        #expect(ParameterNames.meant(by: "colours", besides: names) == nil)
    }

    /// One letter left out, added, changed or swapped with its neighbour in `format` and `duration`, two in `start_time`:
    /// the slips of "optimal string alignment" (Damerau, 1964).
    @Test(
        "a slip is recognised",
        arguments: [
            ("formt", "format"), ("fformat", "format"), ("formax", "format"), ("foramt", "format"),
            ("lenght", "length"),
            ("FORMAT", "format"),
            ("duratin", "duration_ms"), ("duratoin_ms", "duration_ms"), ("duration_sec", "duration_ms"),
            ("durationMillis", "duration_ms"), ("dur_ms", "duration_ms"), ("strat", "start_time_ms"),
            ("start_tiem", "start_time_ms"), ("strat_tmie_ms", "start_time_ms"),
            ("start.time.seconds", "start_time_ms"),
            ("start_time_msec", "start_time_ms"),
        ])
    func slips(name: String, meant: String) { #expect(ParameterNames.meant(by: name) == meant) }

    @Test(
        "what is like none of them is somebody else's",
        arguments: [
            "", "_", "ms", "seconds", "f", "t", "du", "due", "durable", "form", "from", "sta",
            "end",
            "restart", "time", "informat", "start_time_of_the_episode", "ä", "日本",
            "start" + String(repeating: "_", count: 28),
        ])
    func foreign(name: String) { #expect(ParameterNames.meant(by: name) == nil) }

    @Test("the longest name that is looked at has 32 bytes")
    func longest() {
        #expect(ParameterNames.meant(by: "start" + String(repeating: "_", count: 27)) == "start_time_ms")
    }
}
