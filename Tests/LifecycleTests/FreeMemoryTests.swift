import Glibc
import Testing

import enum Lifecycle.FreeMemory

@Suite("memory that is free", .timeLimit(.minutes(1)))
struct FreeMemoryTests {
    @Test("goes back to the kernel though what stays lies above it")
    func givesBack() throws {
        let blockBytes = 8 << 10
        let blocks = (0..<4_096).map { _ in
            let block = UnsafeMutableRawPointer.allocate(byteCount: blockBytes, alignment: 16)
            block.initializeMemory(as: UInt8.self, repeating: 1, count: blockBytes)
            return block
        }
        for block in blocks.dropLast() { block.deallocate() }
        let before = try residentBytes()
        FreeMemory.giveBack()
        let after = try residentBytes()
        blocks.last?.deallocate()
        #expect(before - after > 16 << 20, "\(before) bytes before, \(after) after")
    }

    /// proc_pid_statm(5): the second number, in pages.
    private func residentBytes() throws -> Int {
        let text = try #require(readFile("/proc/self/statm"))
        let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    private func readFile(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }
}
