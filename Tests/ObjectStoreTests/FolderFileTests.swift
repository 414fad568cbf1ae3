import Glibc
import TestStack
import Testing

@testable import ObjectStore

struct FolderFileTests {
    @Test("a file that is written to, or replaced, after it was opened is not read on")
    func changed() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("a.mp3", "0123456789")
            let file = try FolderFile(opening: "\(folder.path)/a.mp3")
            #expect(try file.read(2..<5) == Array("234".utf8))
            try folder.write("a.mp3", "01234567890")
            #expect(throws: ObjectStoreFault.sourceChanged) { try file.read(2..<5) }
        }
    }

    @Test("a file cut short is not read on")
    func cutShort() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("a.mp3", "0123456789")
            let file = try FolderFile(opening: "\(folder.path)/a.mp3")
            truncate("\(folder.path)/a.mp3", 4)
            #expect(throws: ObjectStoreFault.sourceChanged) { try file.read(0..<10) }
        }
    }

    @Test("only regular files are opened: a pipe, a folder or nothing is a missing object, and nothing waits")
    func kinds() async throws {
        try await TemporaryFolder.use { folder in
            mkfifo("\(folder.path)/pipe", 0o600)
            for name in ["pipe", "", "nothing"] {
                #expect(throws: ObjectStoreFault.missingObject) {
                    _ = try FolderFile(opening: "\(folder.path)/\(name)")
                }
            }
        }
    }

    @Test("a link is followed inside the folder and refused when it leads out")
    func links() async throws {
        try await TemporaryFolder.use { folder in
            let real = try #require(realPath(folder.path))
            try folder.write("a.mp3", "abc")
            symlink("a.mp3", "\(folder.path)/inside.mp3")
            symlink("/etc/passwd", "\(folder.path)/outside.mp3")
            #expect(try FolderFile(opening: "\(folder.path)/inside.mp3", inside: real).read(0..<3) == Array("abc".utf8))
            #expect(throws: ObjectStoreFault.denied(code: "OutsideFolder")) {
                _ = try FolderFile(opening: "\(folder.path)/outside.mp3", inside: real)
            }
            #expect(throws: ObjectStoreFault.denied(code: "OutsideFolder")) {
                _ = try FolderFile(opening: "\(folder.path)/a.mp3", inside: real + "x")
            }
        }
    }
    @Test("a folder beside it whose name only begins like its own is outside too")
    func siblings() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("pods/keep", "")
            try folder.write("pods-private/a.mp3", "abc")
            let pods = try #require(realPath("\(folder.path)/pods"))
            #expect(symlink("../pods-private/a.mp3", "\(pods)/a.mp3") == 0)
            #expect(symlink("../pods-private", "\(pods)/linked") == 0)
            for name in ["a.mp3", "linked/a.mp3"] {
                #expect(throws: ObjectStoreFault.denied(code: "OutsideFolder")) {
                    _ = try FolderFile(opening: "\(pods)/\(name)", inside: pods)
                }
            }
        }
    }
}
