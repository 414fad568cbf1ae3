import Glibc
import TestStack
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

    /// The checkout's commit, as git tells it; another that came after the build is no fault of the build.
    @Test("--version says version, what the service adds, and the commit of the checkout that it was built from")
    func version() async throws {
        let host = Host(["--version"], environment: ["CUTROOM_COMMIT": "told"])
        let text = await host.output(upTo: "\u{0}")
        #expect(await host.ended() == 0)
        #expect(text.hasPrefix("host, \(BuildInfo.version) (commit ") && text.hasSuffix("), cut version 2\n"))
        let commit = String(text.split(separator: "(commit ").last?.prefix { $0 != ")" } ?? "")
        guard access(".git", F_OK) == 0 else {
            // Sources without git: what the environment says at run time.
            #expect(commit == "told")
            return
        }
        let digits = commit.hasSuffix(" and changes") ? commit.dropLast(12) : commit[...]
        #expect(digits.count == 12)
        try await Tool.run("git", ["merge-base", "--is-ancestor", String(digits), "HEAD"])
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
