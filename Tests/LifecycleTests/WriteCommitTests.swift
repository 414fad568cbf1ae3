import Glibc
import TestStack
import Testing

/// A tree with the script in it, and git around it or not.
private struct Tree {
    let folder: TemporaryFolder
    private let variables = ["HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null"]

    static func use(_ body: (Tree) async throws -> Void) async throws {
        try await TemporaryFolder.use { folder in
            let script = try await Tool.run("cat", ["Shared/BuildCommit/write-commit"])
            try folder.write("Shared/BuildCommit/write-commit", String(decoding: script, as: UTF8.self), mode: 0o755)
            try folder.write("Package.swift", "// a package\n")
            try folder.write("docs/page.md", "A page\n")
            try await body(Tree(folder: folder))
        }
    }

    @discardableResult
    func git(_ words: String...) async throws -> String {
        let known = ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@example.org"]
        let said = try await Tool.run("git", known + words, environment: variables)
        return String(decoding: said, as: UTF8.self).filter { $0 != "\n" }
    }

    /// What the script writes.
    func written(_ commit: String = "") async throws -> String {
        try await Tool.run(
            "\(folder.path)/Shared/BuildCommit/write-commit", [out],
            environment: variables.merging(["CUTROOM_COMMIT": commit]) { $1 })
        return String(decoding: try await Tool.run("cat", ["\(out)/commit.swift"]), as: UTF8.self)
    }

    /// The written file's modification time, to the nanosecond.
    func changed() -> Int {
        var told = stat()
        stat("\(out)/commit.swift", &told)
        return told.st_mtim.tv_sec * 1_000_000_000 + told.st_mtim.tv_nsec
    }

    // Outside of the tree, as SwiftPM's folder is as good as: git ignores it.
    private var out: String { "\(folder.path)/.git-ignored" }
}

@Suite("which commit a build is of", .timeLimit(.minutes(1)))
struct WriteCommitTests {
    private func line(_ commit: String) -> String { "let commit: StaticString = \"\(commit)\"\n" }

    @Test("it is git's HEAD, and changes only of what is compiled are told")
    func checkout() async throws {
        try await Tree.use { tree in
            try await tree.git("init", "--quiet")
            try await tree.git("add", "--all")
            try await tree.git("commit", "--quiet", "--message", "first")
            let first = try await tree.git("rev-parse", "--short=12", "HEAD")
            #expect(try await tree.written() == line(first))
            let then = tree.changed()
            try tree.folder.write("docs/page.md", "Another page\n")
            #expect(try await tree.written() == line(first))
            #expect(tree.changed() == then, "the same text is not written again")
            try tree.folder.write("Shared/New.swift", "let new = 1\n")
            #expect(try await tree.written() == line("\(first) and changes"))
            try await tree.git("add", "--all")
            try await tree.git("commit", "--quiet", "--message", "second")
            let second = try await tree.git("rev-parse", "--short=12", "HEAD")
            #expect(second != first)
            #expect(try await tree.written() == line(second))
        }
    }

    @Test("what CUTROOM_COMMIT says comes before git, and without either nothing is said")
    func given() async throws {
        try await Tree.use { tree in
            #expect(try await tree.written() == line(""))
            #expect(try await tree.written("v1.2-3") == line("v1.2-3"))
            try await tree.git("init", "--quiet")
            #expect(try await tree.written("abc1234") == line("abc1234"))
        }
    }

    @Test("what would not be a text in Swift is refused", arguments: [#"a"b"#, #"a\b"#, "a\nb", "a;b"])
    func refused(commit: String) async throws {
        try await Tree.use { tree in
            await #expect(throws: Tool.Failed.self) { try await tree.written(commit) }
        }
    }
}
