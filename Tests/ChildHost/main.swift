// A parent of its own for what a test cannot try in its own process: being killed, running out of descriptors, and
// counting all of them.
import ChildProcesses
import Glibc

switch CommandLine.arguments[1] {
case "hold": try await hold(Array(CommandLine.arguments.dropFirst(2)))
case "burst": try await burst(Int(CommandLine.arguments[2]) ?? 0)
case "starve": try await starve()
default: exit(2)
}

/// Starts a child, says its process id on descriptor 0 (a pipe of the test's own, which gets it at once), and waits to
/// be killed.
func hold(_ words: [String]) async throws {
    let child = try await Child.start(Command(words[0], Array(words.dropFirst())))
    say("\(child.pid)\n", on: 0)
    _ = try await child.ended()
}

func say(_ text: String, on descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

func burst(_ count: Int) async throws {
    _ = try await Child.run(Command("/bin/true"))
    let before = openDescriptors()
    let exited = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<count {
            group.addTask {
                let ended = try await Child.run(
                    Command("/bin/cat"), input: .bytes([UInt8](repeating: 1, count: number * 100)),
                    output: .capture(limitBytes: 100_000))
                return ended.status == .exited(0) && ended.output.count == number * 100
            }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    // A process without children has nothing to wait for.
    let zombies = waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD ? 0 : 1
    let leaked = openDescriptors() - before
    print("exited \(exited), zombies \(zombies), descriptors +\(leaked), counted \(Child.count)")
}

func starve() async throws {
    _ = try await Child.run(Command("/bin/true"))
    var taken: [Int32] = []
    while true {
        let descriptor = open("/dev/null", O_RDONLY)
        if descriptor < 0 { break }
        taken.append(descriptor)
    }
    do throws(ChildFault) {
        _ = try await Child.run(Command("/bin/true"))
        print("not refused")
    } catch {
        guard case .notStarted(_, EMFILE) = error else { throw error }
        for descriptor in taken { close(descriptor) }
        let ended = try await Child.run(Command("/bin/true"))
        print("refused for want of descriptors, then \(ended.status == .exited(0) ? "started" : "failed")")
    }
}

/// Those of the kinds that a child is given or watched by: pipes, files, process descriptors. Dispatch opens a timer, and
/// for a moment files in /proc, whenever it likes.
func openDescriptors() -> Int {
    (0..<4096).count { descriptor in
        var name = [UInt8](repeating: 0, count: 100)
        let length = name.withUnsafeMutableBytes {
            readlink("/proc/self/fd/\(descriptor)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard length > 0 else { return false }
        let text = String(decoding: name.prefix(length), as: UTF8.self)
        return !text.hasPrefix("/proc/") && !["[timerfd]", "[eventfd]", "[eventpoll]"].contains { text.hasSuffix($0) }
    }
}
