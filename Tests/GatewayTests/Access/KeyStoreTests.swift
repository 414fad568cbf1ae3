import Fakes
import Glibc
import Logging
import TestStack
import Testing

@testable import GatewayService

@Suite("a file of keys that changes")
struct KeyStoreTests {
    private let lines = LineSink()

    private func store(_ path: String, _ ring: KeyRing) -> KeyStore {
        KeyStore(
            ring, path: path, defaults: (nil, nil),
            log: Log(service: "gateway", version: "test", level: .info, sink: lines))
    }

    private func replace(_ folder: TemporaryFolder, _ text: String) throws {
        try folder.write("keys.new", text)
        #expect(rename(folder.path + "/keys.new", folder.path + "/keys") == 0)
    }

    /// As two looks do, a second apart, between which nobody writes.
    private func lookTwice(_ store: KeyStore) {
        store.look()
        store.look()
    }

    @Test("keys come and go with the file; what is wrong or missing leaves those that were, and is told")
    func changes() async throws {
        try await TemporaryFolder.use { folder in try changes(folder) }
    }

    private func changes(_ folder: TemporaryFolder) throws {
        let path = folder.path + "/keys"
        let first = SampleKey.abc.line("web")
        try replace(folder, first)
        let store = store(path, try KeyRing(parsing: first, defaults: (nil, nil)))
        lookTwice(store)
        #expect(store.key(for: "abc") != nil)
        #expect(store.problem == nil)

        try replace(folder, first + "\n" + SampleKey.other.line("app"))
        store.look()
        #expect(store.key(for: "cutroom_other") == nil, "a file is not read while it may still be written")
        store.look()
        #expect(store.key(for: "cutroom_other")?.name == "app")
        #expect(store.key(for: "abc") != nil)

        try replace(folder, "web plainkeyplainkey")
        lookTwice(store)
        #expect(store.problem == "line 1: the hash must be sha256: and 64 hexadecimal digits")
        #expect(store.key(for: "abc") != nil)
        #expect(store.parts.map(\.isWell) == [false])
        #expect(lines.holds("The file of keys has changed and is not used", "line 1"))
        #expect(!lines.holds("plainkey"))

        try replace(folder, "")
        lookTwice(store)
        #expect(store.problem == "there is no key in it")
        #expect(store.key(for: "abc") != nil)

        #expect(unlink(path) == 0)
        lookTwice(store)
        #expect(store.problem == "it can't be read: No such file or directory")
        #expect(store.key(for: "abc") != nil)

        try replace(folder, SampleKey.other.line("app"))
        lookTwice(store)
        #expect(store.problem == nil)
        #expect(store.parts.map(\.isWell) == [true])
        #expect(store.key(for: "abc") == nil)
        #expect(store.key(for: "cutroom_other") != nil)
    }

    @Test("a file that is larger than a setting's may be is told, and not read")
    func large() async throws {
        try await TemporaryFolder.use { folder in
            try replace(folder, String(repeating: "# nothing\n", count: 7_000))
            let ring = try KeyRing(parsing: SampleKey.abc.line("web"), defaults: (nil, nil))
            let store = store(folder.path + "/keys", ring)
            lookTwice(store)
            #expect(store.problem == "it can't be read: larger than 65536 bytes")
            #expect(store.key(for: "abc") != nil)
        }
    }
}
