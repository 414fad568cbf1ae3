import Glibc
import Synchronization
import TestStack
import Testing

/// `cutroom` as a program: keys that it makes, and a server that is given them.
@Suite("keys and signed URLs on the command line", .serialized)
struct KeyFileTests {
    private struct Made: Sendable {
        let key: String
        let line: String
    }

    private final class Load: Sendable {
        let isOver = Atomic(false)
        let asked = Atomic(0)
    }

    private func newKey(_ name: String) async throws -> Made {
        let told = String(
            decoding: try await Tool.run(try TestStack.executable("cutroom"), ["keys", "new", name]), as: UTF8.self)
        return Made(key: try #require(told.value(of: "key")), line: try #require(told.value(of: "line")))
    }

    private func status(_ url: String, _ key: String?) async throws -> Int {
        try await HTTPFetch.get(url, headers: key.map { ["X-Api-Key": $0] } ?? [:]).status
    }

    @Test(
        "while keys come and go in the file, one that stays valid is never refused and one that is not never answered")
    func rotation() async throws {
        try await TemporaryFolder.use { folder in
            let (stays, comes, never) = try await (newKey("stays"), newKey("comes"), newKey("never"))
            func replace(_ lines: [String]) throws {
                try folder.write("keys.new", lines.joined(separator: "\n"), mode: 0o600)
                #expect(rename(folder.path + "/keys.new", folder.path + "/keys") == 0)
            }
            mkdir(folder.path + "/audio", 0o755)
            try replace([stays.line])
            let serve = try await ServedFolder.start(
                folder.path + "/audio", data: folder.path + "/data",
                environment: [
                    "GATEWAY_KEYS_FILE": folder.path + "/keys", "GATEWAY_KEYS_NEEDED_FOR": "everything",
                ])
            // Needs a key, and is known to nobody: 404 with a valid key.
            let url = serve.url + "/api/v1/audio_clips/requests/a%2F0-1.mp3"
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        while !load.isOver.load(ordering: .relaxed) {
                            let kept = try await status(url, stays.key)
                            let refused = try await status(url, never.key)
                            #expect(kept == 404 && refused == 401, "\(kept) \(refused)")
                            load.asked.add(1, ordering: .relaxed)
                        }
                    }
                }
                for _ in 0..<3 {
                    try replace([stays.line, comes.line])
                    _ = try await eventually("the new key to be valid", within: .seconds(30)) {
                        try await status(url, comes.key) == 404 ? true : nil
                    }
                    try replace(["stays no-hash"])
                    _ = try await eventually("the mistake to be told", within: .seconds(30)) {
                        let health = try await HTTPFetch.get(serve.url + "/api/v1/audio_clips/health")
                        return health.text.contains(#""keys":"outdated: line 1"#) ? true : nil
                    }
                    #expect(try await status(url, comes.key) == 404)
                    try replace([stays.line])
                    _ = try await eventually("the new key to be gone", within: .seconds(30)) {
                        try await status(url, comes.key) == 401 ? true : nil
                    }
                }
                load.isOver.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
            #expect(load.asked.load(ordering: .relaxed) > 10)
            #expect(try await status(url, nil) == 401)
            #expect(try await status(serve.url + "/livez", nil) == 200)
            let log = serve.process.lines.joined(separator: "\n")
            #expect(log.contains("The file of keys was read"))
            for key in [stays, comes, never] { #expect(!log.contains(key.key)) }
        }
    }

    @Test("a URL that cutroom signs is taken by a server with the secret, until it is changed")
    func signing() async throws {
        try await TemporaryFolder.use { folder in
            let secret = "a-secret-of-the-test-0123456789abcdef"
            mkdir(folder.path + "/audio", 0o755)
            let serve = try await ServedFolder.start(
                folder.path + "/audio", data: folder.path + "/data",
                environment: ["GATEWAY_URL_SECRET": secret, "GATEWAY_KEYS_NEEDED_FOR": "everything"])
            let url = serve.url + "/api/v1/audio_clips/requests/a%2F0-1.mp3"
            #expect(try await HTTPFetch.get(url).status == 401)
            let told = String(
                decoding: try await Tool.run(
                    "env",
                    ["GATEWAY_URL_SECRET=\(secret)", try TestStack.executable("cutroom"), "sign", url, "--for", "1h"]),
                as: UTF8.self)
            let signed = try #require(told.value(of: "url"))
            #expect(try await HTTPFetch.get(signed).status == 404)
            let changed = try await HTTPFetch.get(signed.replacing("0-1.mp3", with: "0-2.mp3"))
            #expect(changed.status == 403)
            #expect(changed.text.contains("bad-url-signature"))
            let log = serve.process.lines.joined(separator: "\n")
            #expect(!log.contains(secret) && !told.contains(secret) && !changed.text.contains(secret))
        }
    }
}
