import Testing

@testable import ObjectStore

struct FolderPathTests {
    @Test(
        "a key of ours is the path that a person expects, and others are still unambiguous",
        arguments: [
            (
                "audio_clips/507f1f77bcf86cd799439011/30000-60000_v2-1a2b3c4d.mp3",
                ["audio_clips", "507f1f77bcf86cd799439011", "30000-60000_v2-1a2b3c4d.mp3"]
            ),
            ("a", ["a%f"]), ("a/b.c", ["a", "b.c"]), ("a.b/c.d", ["a.b%d", "c.d"]), (".hidden", ["%2Ehidden%f"]),
            ("..a/...", ["%2E.a%d", "%2E.."]), ("é x/%", ["%C3%A9%20x", "%25%f"]), ("a%f", ["a%25f%f"]),
        ])
    func names(key: String, expected: [String]) {
        #expect(FolderPath.names(for: key) == expected)
        #expect(FolderPath.key(of: expected) == key)
    }

    @Test(
        "no key leads out of the folder or to a hidden name",
        arguments: ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\0b"])
    func refused(key: String) { #expect(FolderPath.names(for: key) == nil) }

    @Test("long segments take several names, none longer than file systems allow, and come back as they were")
    func long() throws {
        for key in [
            String(repeating: "a", count: 1_024), String(repeating: "é", count: 512),
            String(repeating: "a.", count: 512),
            String(repeating: "b", count: 180), String(repeating: "b", count: 181),
            String(repeating: "x", count: 400) + "/" + String(repeating: "y.", count: 200),
        ] {
            let names = try #require(FolderPath.names(for: key))
            #expect(names.allSatisfy { $0.utf8.count <= 190 && !$0.hasPrefix(".") })
            #expect(FolderPath.key(of: names) == key)
        }
    }

    @Test("different keys never share a path, and no object's path is another's folder")
    func distinct() throws {
        let keys = [
            "a", "a/b", "a/b/c", "a.b", "a.b/c", "A", "a%", "a%f", "a%d", "a%-", "a%-/b", ".a", "a ", "a/b.c",
            "a.b/c.d", "é",
            "e\u{301}", "%2Ea", "%C3%A9",
        ]
        let paths = try keys.map { try #require(FolderPath.names(for: $0)) }
        #expect(Set(paths).count == keys.count)
        for path in paths {
            for other in paths where other.count > path.count {
                #expect(Array(other.prefix(path.count)) != path)
            }
        }
    }
}
