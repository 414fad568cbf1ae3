import TestStack
import Testing

/// Many new clips asked for at once of a `cutroom serve` that has made none yet.
@Suite("cutroom serve under a burst", .timeLimit(.minutes(3)))
struct BurstTests {
    @Test("each of 300 new clips that are asked for at once comes with its first answer")
    func burst() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let cutroom = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data", environment: ["GATEWAY_LONGEST_WAIT": "600s"])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<300 {
                    let url = cutroom.url + cutroom.clipPath(startMs: number * 100, durationMs: 2_000)
                    group.addTask {
                        try await HTTPFetch.get(url, headers: ["Prefer": "wait=600"], within: .seconds(170)).status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 300])
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }
}
