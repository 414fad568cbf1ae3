import Testing

@testable import Lifecycle

@Suite("A service's command line", .timeLimit(.minutes(1)))
struct CommandLineTests {
    @Test("--help prints every setting, those of every program too, whatever the environment")
    func help() async {
        let host = Host(["--help"], environment: ["LOG_LEVEL": "nonsense"])
        let text = await host.output(upTo: "\u{0}")
        #expect(text.hasPrefix("host: stands in for a service in tests.\n\n  SETTING"))
        for name in ["HOST_WAY", "LOG_LEVEL", "LOG_FORMAT", "SHUTDOWN_LIMIT"] { #expect(text.contains("  \(name) ")) }
        #expect(text.contains("debug|info|warning|error"))
        #expect(await host.ended() == 0)
    }

    @Test("--version says version, commit and what the service adds")
    func version() async {
        let host = Host(["--version"], environment: ["CUTROOM_COMMIT": "abc1234"])
        #expect(await host.output(upTo: "\u{0}") == "host, \(BuildInfo.version) (commit abc1234), cut version 2\n")
        #expect(await host.ended() == 0)
    }

    @Test("mistakes in the settings are all named, and nothing starts")
    func mistakes() async {
        let host = Host(environment: ["LOG_LEVEL": "loud", "SHUTDOWN_LIMIT": "0s"])
        let text = await host.output(upTo: "\u{0}")
        #expect(text.hasPrefix("host does not start: 3 settings are wrong:\n"))
        for name in ["HOST_WAY", "LOG_LEVEL", "SHUTDOWN_LIMIT"] { #expect(text.contains("  \(name): ")) }
        #expect(await host.ended() == 78)
    }

    @Test("an unknown argument is refused")
    func unknown() async {
        let host = Host(["--hepl"])
        #expect(await host.output(upTo: "\u{0}").contains("unknown argument --hepl; see host --help"))
        #expect(await host.ended() == 2)
    }

    @Test("a variable that looks like a setting is warned about in the log")
    func warning() async {
        let host = Host(environment: ["HOST_WAY": "nothing", "HOST_WYA": "x"])
        let text = await host.output(upTo: "\u{0}")
        #expect(text.contains("\"level\":\"warning\""))
        #expect(text.contains("HOST_WYA is not a setting; did you mean HOST_WAY?"))
        _ = await host.ended()
    }
}
