import ChildProcesses
import Glibc
import Testing

/// Alone, because it counts the descriptors of the whole process.
@Suite("Many children", .serialized)
struct ChildBurstTests {
    @Test("two hundred at once leave no zombie and no descriptor behind, in a process of their own")
    func burst() async throws {
        let host = try await Child.run(
            Command(try childHost(), ["burst", "200"]), output: .capture(limitBytes: 1000),
            limits: ChildLimits(openFiles: 4096))
        #expect(String(decoding: host.output, as: UTF8.self) == "exited 200, zombies 0, descriptors +0, counted 0\n")
        #expect(host.status == .exited(0), "\(host.errorTail)")
    }

    @Test("out of descriptors is a named fault, and over when they are back")
    func descriptors() async throws {
        let host = try await Child.run(
            Command(try childHost(), ["starve"]), output: .capture(limitBytes: 1000),
            limits: ChildLimits(openFiles: 40))
        #expect(String(decoding: host.output, as: UTF8.self) == "refused for want of descriptors, then started\n")
    }

    @Test("a child dies when its parent is killed with -9")
    func parentKilled() async throws {
        let (read, write) = try pipe()
        defer { close(read) }
        // The host's output must come while it runs, so it gets a pipe of the test's own under its standard input.
        let host = try await Child.start(
            Command(try childHost(), ["hold", "/bin/sleep", "1000"]), input: .descriptor(write))
        close(write)
        let child = try #require(Int32(try await firstLine(read)))
        #expect(kill(child, 0) == 0, "it runs before")
        host.kill()
        await #expect(throws: ChildFault.cancelled) { try await host.ended() }
        #expect(await isGone(child))
    }
}

private func pipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    return (ends[0], ends[1])
}

/// Blocks this test's thread until the writer has said its line.
private func firstLine(_ descriptor: Int32) async throws -> String {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") { text.append(byte) }
    return String(decoding: text, as: UTF8.self)
}

/// The program of Tests/ChildHost, which is built beside the tests.
private func childHost() throws -> String {
    let resolved = try #require(realpath("/proc/self/exe", nil))
    defer { free(resolved) }
    let folder = String(cString: resolved).split(separator: "/").dropLast()
    return "/" + folder.joined(separator: "/") + "/child-host"
}
