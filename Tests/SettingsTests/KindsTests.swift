import Settings
import Testing

enum Color: String, CaseIterable { case red, darkBlue }

@Suite("Kinds of settings")
struct KindsTests {
    @Test(
        "a duration is a whole number with a unit, or plain by its name",
        arguments: [
            ("A_MS", "250", Duration.milliseconds(250)), ("A_MS", "2s", .seconds(2)), ("A", "90", .seconds(90)),
            ("A", "500ms", .milliseconds(500)), ("A", "5m", .seconds(300)), ("A", "24h", .seconds(86_400)),
            ("A", "30d", .seconds(2_592_000)), ("A", "0", .zero),
        ]
    )
    func duration(name: String, text: String, expected: Duration) throws {
        var read = SettingsReader(environment: [name: text])
        #expect(read.duration(name, default: .seconds(1), in: .zero ... .seconds(10_000_000), "") == expected)
        try read.finish()
    }

    @Test(
        "a malformed duration stops",
        arguments: [
            "s", "5 s", "1.5s", "-1s", "5S", "5min", "٣s", "99999999999999999999s", "9223372036854775807d", "2h",
        ])
    func malformedDuration(text: String) {
        var read = SettingsReader(environment: ["A": text])
        #expect(read.duration("A", default: .seconds(1), in: .zero ... .seconds(3600), "") == .seconds(1))
        #expect(throws: SettingsFault.self) { try read.finish() }
    }

    @Test(
        "bytes are plain or in powers of 1024",
        arguments: [("64KiB", 65_536), ("32MiB", 33_554_432), ("1GiB", 1_073_741_824), ("17", 17), ("0", 0)])
    func bytes(text: String, expected: Int) throws {
        var read = SettingsReader(environment: ["A": text])
        #expect(read.bytes("A", default: 1, in: 0...(1 << 40), "") == expected)
        try read.finish()
    }

    @Test(
        "malformed bytes stop", arguments: ["64KB", "64 KiB", "KiB", "-1", "1.5MiB", "9223372036854775807GiB", "2GiB"])
    func malformedBytes(text: String) {
        var read = SettingsReader(environment: ["A": text])
        #expect(read.bytes("A", default: 1, in: 0...(1 << 30), "") == 1)
        #expect(throws: SettingsFault.self) { try read.finish() }
    }

    @Test("an int stays within its range", arguments: [("1", 1), ("65535", 65_535), ("0080", 80)])
    func int(text: String, expected: Int) throws {
        var read = SettingsReader(environment: ["PORT": text])
        #expect(read.int("PORT", default: 8080, in: 1...65_535, "") == expected)
        try read.finish()
    }

    @Test(
        "a malformed int stops",
        arguments: ["0", "65536", "-1", "80a", " 80", "8e3", "+80", "0x50", "99999999999999999999"])
    func malformedInt(text: String) {
        var read = SettingsReader(environment: ["PORT": text])
        #expect(read.int("PORT", default: 8080, in: 1...65_535, "") == 8080)
        #expect(throws: SettingsFault.self) { try read.finish() }
    }

    @Test(
        "a bool knows the usual words",
        arguments: [
            ("true", true), ("Yes", true), ("ON", true), ("1", true), ("0", false), ("off", false), ("No", false),
        ])
    func bool(text: String, expected: Bool) throws {
        var read = SettingsReader(environment: ["A": text])
        #expect(read.bool("A", default: !expected, "") == expected)
        try read.finish()
    }

    @Test("a choice is found in any case, and nothing else is")
    func choice() throws {
        var read = SettingsReader(environment: ["A": "RED", "B": "darkblue", "C": "green"])
        #expect(read.choice("A", default: Color.darkBlue, "") == .red)
        #expect(read.choice("B", default: Color.red, "") == .darkBlue)
        try read.finish()
        #expect(read.choice("C", default: Color.red, "") == .red)
        let fault = faultOf { () throws(SettingsFault) in try read.finish() }
        #expect(
            fault?.mistakes == [
                #"C: "green" is none of the choices (expected: red|darkBlue; from the environment)"#
            ])
    }

    @Test("a list drops blanks and what is empty")
    func list() throws {
        var read = SettingsReader(environment: ["A": " https://a.example , https://b.example,,"])
        #expect(read.list("A", "") == ["https://a.example", "https://b.example"])
        #expect(read.list("B", default: ["*"], "") == ["*"])
        try read.finish()
    }

    @Test("a prefix gathers what is passed on, from files too")
    func map() throws {
        var read = SettingsReader(
            environment: [
                "KAFKA_PROPERTY_SASL_MECHANISM": "PLAIN", "KAFKA_PROPERTY_SASL_PASSWORD_FILE": "/run/p",
                "KAFKA_PROPERTY_EMPTY": "", "KAFKA_BOOTSTRAP_SERVERS": "a:1",
            ],
            prefixes: ["KAFKA_PROPERTY_"],
            readFile: { $0 == "/run/p" ? .success("hush\n") : .failure(SettingsFileFault("no such file")) })
        _ = read.string("KAFKA_BOOTSTRAP_SERVERS", "the brokers")
        let map = read.map("KAFKA_PROPERTY_", "passed to librdkafka")
        #expect(map == ["sasl.mechanism": Secret("PLAIN"), "sasl.password": Secret("hush")])
        try read.finish()
        #expect(read.warnings.isEmpty)
    }
}

@Suite("rates")
struct RateTests {
    @Test(
        "a rate is a number and what it is counted in, and says itself as it is written",
        arguments: [("10/min", 10, 60), ("1/s", 1, 1), ("100/h", 100, 3600), ("1000000000/d", 1_000_000_000, 86_400)])
    func rates(text: String, count: Int, seconds: Int) throws {
        let rate = try #require(Rate(parsing: text))
        #expect(rate == Rate(count, per: .seconds(seconds)))
        #expect(rate.description == text)
    }

    @Test(
        "what is no rate is none",
        arguments: [
            "", "/", "10", "10/", "/min", "0/s", "-1/s", "+1/s", "1.5/s", "10/m", "10/min/s", "1000000001/s", "10 /s",
        ])
    func none(text: String) { #expect(Rate(parsing: text) == nil) }

    @Test("a limit can be taken away, is told in the table, and a wrong one is a mistake")
    func settings() throws {
        var read = SettingsReader(environment: ["A": "none", "B": "5/s", "C": "", "D": "5"])
        let fallback = Rate(1, per: .seconds(60))
        #expect(read.rate("A", default: fallback, "…") == nil)
        #expect(read.rate("B", default: nil, "…") == Rate(5, per: .seconds(1)))
        #expect(read.rate("C", default: fallback, "…") == fallback)
        #expect(read.rate("E", default: nil, "…") == nil)
        #expect(read.help().contains("1/min") && read.help().contains("none"))
        try read.finish()
        _ = read.rate("D", default: nil, "…")
        #expect(throws: SettingsFault.self) { try read.finish() }
    }

    @Test("a text that may change tells its file, and one of the environment none")
    func reloadable() throws {
        var read = SettingsReader(
            environment: ["A": "1\n2", "B_FILE": "/b"], readFile: { $0 == "/b" ? .success("x\ny\n") : .success("") })
        #expect(read.optionalReloadableText("A", "…") == ReloadableText(text: "1\n2", path: nil))
        #expect(read.optionalReloadableText("B", "…") == ReloadableText(text: "x\ny", path: "/b"))
        #expect(read.optionalReloadableText("C", "…") == nil)
        try read.finish()
    }
}
