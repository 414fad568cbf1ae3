import Testing

@testable import Settings

private struct Sample: ServiceSettings {
    static let prefixes = ["GATEWAY_"]
    let port: Int
    let wait: Duration
    let table: Int
    let uri: Secret
    let bucket: String
    let endpoint: Endpoint?

    init(from read: inout SettingsReader) {
        port = read.int("GATEWAY_PORT", default: 8080, in: 1...65_535, "port that it listens on")
        wait = read.duration(
            "GATEWAY_WAIT_MS", default: .seconds(30), in: .seconds(1) ... .seconds(60), "how long a miss waits")
        table = read.bytes("GATEWAY_TABLE", default: 32 << 20, in: (1 << 20)...(1 << 30), "memory for ready clips")
        uri = read.secret("MONGODB_URI", "where MongoDB is")
        bucket = read.string("S3_CLIPS_BUCKET", "where clips are kept")
        endpoint = read.optionalEndpoint("AWS_ENDPOINT_URL_S3", "another store than AWS")
    }
}

@Suite("Reading settings")
struct SettingsReaderTests {
    let complete = ["MONGODB_URI": "mongodb://u:hush@db", "S3_CLIPS_BUCKET": "clips"]

    @Test("what is absent or empty takes its default")
    func defaults() throws {
        let settings = try Sample(environment: complete.merging(["GATEWAY_PORT": ""]) { $1 })
        #expect(settings.port == 8080)
        #expect(settings.wait == .seconds(30))
        #expect(settings.table == 33_554_432)
        #expect(settings.endpoint == nil)
        #expect(settings.uri.reveal() == "mongodb://u:hush@db")
    }

    @Test("one message names every mistake, what was expected and where it came from")
    func everyMistake() {
        let fault = faultOf { () throws(SettingsFault) in
            _ = try Sample(
                environment: [
                    "GATEWAY_PORT": "80a", "GATEWAY_WAIT_MS": "61s", "GATEWAY_TABLE_FILE": "/table",
                    "AWS_ENDPOINT_URL_S3": "http://me:hush@s3",
                ],
                readFile: { _ in .success("12KB\n") })
        }
        #expect(
            fault?.description == """
                6 settings are wrong:
                  GATEWAY_PORT: "80a" is not a whole number (expected: number 1…65535; from the environment)
                  GATEWAY_WAIT_MS: "61s" is too large (expected: time 1s…1m; from the environment)
                  GATEWAY_TABLE: "12KB" is not a number of bytes (expected: bytes 1MiB…1GiB; from the file "/table")
                  MONGODB_URI: missing (expected: text, secret; in MONGODB_URI, or in a file named by MONGODB_URI_FILE)
                  S3_CLIPS_BUCKET: missing (expected: text; in S3_CLIPS_BUCKET, or in a file named by S3_CLIPS_BUCKET_FILE)
                  AWS_ENDPOINT_URL_S3: its value has a user or password in it (expected: http(s)://host[:port][/path]; \
                from the environment)

                """)
    }

    @Test(
        "a file gives the value without its last line end",
        arguments: [("hush\n", "hush"), ("hush\r\n", "hush"), ("hush", "hush"), ("a\nb\n\n", "a\nb\n")])
    func file(contents: String, expected: String) throws {
        let settings = try Sample(
            environment: ["MONGODB_URI_FILE": "/run/secrets/uri", "S3_CLIPS_BUCKET": "clips"],
            readFile: { $0 == "/run/secrets/uri" ? .success(contents) : .failure(SettingsFileFault("?")) })
        #expect(settings.uri.reveal() == expected)
    }

    @Test("a value and a file at once, an unreadable file and an empty file are mistakes without the secret")
    func fileMistakes() {
        var read = SettingsReader(
            environment: ["A": "hush", "A_FILE": "/a", "B_FILE": "/b", "C_FILE": "/c\u{1B}[2J"],
            readFile: { $0 == "/b" ? .failure(SettingsFileFault("Permission denied")) : .success("\n") })
        _ = read.secret("A", "")
        _ = read.optionalSecret("B", "")
        _ = read.secret("C", default: "x", "")
        let fault = faultOf { () throws(SettingsFault) in try read.finish() }
        #expect(
            fault?.mistakes == [
                "A: given twice, in A and in A_FILE (expected: one of them)",
                #"B_FILE: the file "/b" can't be read: Permission denied"#,
                "C_FILE: the file \"/c\u{FFFD}[2J\" is empty",
            ])
    }

    @Test("variables that look like ours and that nothing reads are warned about, and only those")
    func unread() throws {
        var warnings: [String] = []
        _ = try Sample(
            environment: complete.merging(["GATEWAY_PROT": "1", "GATEWAY_COLOR_OF_THE_DOOR": "1", "HOME": "/root"]) {
                $1
            },
            warn: { warnings.append($0) })
        #expect(
            warnings == [
                "GATEWAY_COLOR_OF_THE_DOOR is not a setting",
                "GATEWAY_PROT is not a setting; did you mean GATEWAY_PORT?",
            ])
    }

    @Test("a secret shows itself in no print, dump or interpolation")
    func secrecy() throws {
        let settings = try Sample(environment: complete)
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hush") && dumped.contains("clips"))
        #expect("\(settings)\(settings.uri)\(String(reflecting: settings.uri))".contains("hush") == false)
        #expect("\(settings.uri)" == "‹secret›")
    }

    @Test("the help is the table of the same declarations, and a name read twice stands once")
    func help() {
        #expect(
            Sample.help().hasPrefix(
                """
                  SETTING              DEFAULT     VALUES                        MEANING
                  GATEWAY_PORT         8080        number 1…65535                port that it listens on
                  GATEWAY_WAIT_MS      30s         time 1s…1m                    how long a miss waits
                  GATEWAY_TABLE        32MiB       bytes 1MiB…1GiB               memory for ready clips
                  MONGODB_URI          (required)  text, secret                  where MongoDB is
                  S3_CLIPS_BUCKET      (required)  text                          where clips are kept
                  AWS_ENDPOINT_URL_S3              http(s)://host[:port][/path]  another store than AWS


                """))
        var read = SettingsReader(describing: [])
        _ = read.int("A", default: 1, in: 0...9, "first")
        _ = read.int("A", default: 2, in: 0...9, "second")
        #expect(read.table.map(\.meaning) == ["first"])
    }

    @Test("a mistake about several settings is named with the others, and not while describing")
    func crossed() throws {
        var read = SettingsReader(environment: [:])
        read.mistake("A must be below B")
        #expect(throws: SettingsFault.self) { try read.finish() }
        var describing = SettingsReader(describing: [])
        describing.mistake("A must be below B")
        try describing.finish()
    }
}
