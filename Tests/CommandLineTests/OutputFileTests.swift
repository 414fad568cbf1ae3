import Glibc
import TestStack
import Testing

@testable import CommandLineService

@Suite("a command's output file")
struct OutputFileTests {
    @Test("what can't be put in its place leaves nothing behind")
    func leftovers() async throws {
        try await TemporaryFolder.use { folder in
            let path = "\(folder.path)/clip.mp3"
            let output = try OutputFile(path, source: nil)
            // A folder took the name meanwhile: rename(2) then fails with EISDIR.
            try #require(mkdir(path, 0o700) == 0)
            #expect(throws: (any Error).self) { try output.write([1, 2, 3]) }
            #expect(folder.all() == ["clip.mp3"])
        }
    }
}
