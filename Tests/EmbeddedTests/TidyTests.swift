import FoundationEssentials
import Glibc
import TestStack
import Testing

/// What becomes of clips that `cutroom serve` has made.
@Suite("cutroom serve tidies up", .timeLimit(.minutes(3)))
struct TidyTests {
    private func serving(
        environment: [String: String] = [:], _ body: (ServedFolder, TemporaryFolder) async throws -> Void
    ) async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let cutroom = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data", environment: environment)
            try await body(cutroom, folder)
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }

    /// The clips that lie in the data folder.
    private func clips(_ folder: TemporaryFolder) -> [String] {
        folder.all("data/clips/audio_clips/").filter { $0.hasSuffix(".mp3") && !$0.contains("/.") }
    }

    @Test("a clip that somebody has removed from the folder is made again for who asks again")
    func removedByHand() async throws {
        try await serving { cutroom, folder in
            let url = try await cutroom.clipURL()
            #expect(try await HTTPFetch.get(url).status == 200)
            let file = try #require(clips(folder).first)
            #expect(unlink("\(folder.path)/\(file)") == 0)
            #expect(try await HTTPFetch.get(url).status == 404)
            let again = try await HTTPFetch.get(cutroom.url + cutroom.clipPath())
            #expect(again.text.contains(#""cache_hit":false"#), "\(again.text)")
            #expect(try await HTTPFetch.get(try #require(again.text.value(of: "clip_url"))).status == 200)
        }
    }

    @Test("the same is seen by the sweep, before anybody fetches the clip")
    func seenBySweep() async throws {
        try await serving(environment: ["CLIPS_FOLDER_SWEEP": "1s"]) { cutroom, folder in
            _ = try await cutroom.clipURL()
            #expect(unlink("\(folder.path)/\(try #require(clips(folder).first))") == 0)
            _ = try await eventually("the clip to be made again") { () -> Bool? in
                let answer = try await HTTPFetch.get(cutroom.url + cutroom.clipPath())
                return answer.text.contains(#""cache_hit":false"#) ? true : nil
            }
            #expect(clips(folder).count == 1)
        }
    }

    /// A second of plain sound, mono at 44.1 kHz, takes 88,200 bytes: five seconds, five times, are 2.2 MB.
    @Test("the folder stays within its bytes, and a clip that had to go is made again")
    func bytes() async throws {
        try await serving(environment: ["CLIPS_FOLDER_BYTES": "1MiB"]) { cutroom, folder in
            var urls: [String] = []
            for start in 0..<5 {
                let path = cutroom.clipPath(startMs: start * 10_000, durationMs: 5_000) + "&format=wav"
                urls.append(try #require(try await HTTPFetch.get(cutroom.url + path).text.value(of: "clip_url")))
            }
            _ = try await eventually("the oldest clips to go") { () -> Bool? in
                let sizes = folder.all("data/clips/").reduce(0) { sum, name in
                    var status = stat()
                    return lstat("\(folder.path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
                        ? sum + Int(status.st_size) : sum
                }
                return sizes <= 1 << 20 ? true : nil
            }
            #expect(try await HTTPFetch.get(urls[0]).status == 404)
            let again = try await HTTPFetch.get(
                cutroom.url + cutroom.clipPath(startMs: 0, durationMs: 5_000) + "&format=wav")
            #expect(again.text.contains(#""cache_hit":false"#), "\(again.text)")
            #expect(try await HTTPFetch.get(try #require(again.text.value(of: "clip_url"))).status == 200)
        }
    }

    @Test("health says that the folder takes no clips, and that it does again")
    func health() async throws {
        try await serving { cutroom, folder in
            let health = cutroom.url + "/api/v1/audio_clips/health"
            _ = try await eventually("health to be well") { () -> Bool? in
                let text = try await HTTPFetch.get(health).text
                return text.contains(#""status":"healthy""#) && text.contains(#""clips_folder":"writable""#)
                    ? true : nil
            }
            let clips = "\(folder.path)/data/clips"
            #expect(rename(clips, clips + "-away") == 0)
            _ = try await HTTPFetch.get(
                cutroom.url + cutroom.clipPath(), headers: ["Prefer": "wait=1"])
            _ = try await eventually("health to say it") { () -> Bool? in
                let text = try await HTTPFetch.get(health).text
                return text.contains(#""status":"degraded""#) && text.contains("the folder is gone") ? true : nil
            }
            #expect(rename(clips + "-away", clips) == 0)
            _ = try await eventually("health to be well again") { () -> Bool? in
                try await HTTPFetch.get(health).text.contains(#""status":"healthy""#) ? true : nil
            }
        }
    }

    /// As many as there are slots for cuts and for looks, those that wait for work, one for the audit.
    @Test("many first looks at once are all answered, by a bounded number of processes")
    func manyAtOnce() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            let (sample, other) = ("\(folder.path)/sample.mp3", "\(folder.path)/sample.flac")
            try await Sample.make(sample)
            try await Sample.make(other, ["-c:a", "flac"])
            for number in 10..<50 {
                #expect(
                    link(
                        number % 4 == 0 ? other : sample,
                        "\(folder.path)/audio/\(number).\(number % 4 == 0 ? "flac" : "mp3")") == 0)
            }
            let cutroom = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data",
                environment: ["CUTTER_SLOTS": "2", "FFMPEG_WAITING": "2"])
            let ids = try await episodeIDs(folder, cutroom)
            let most = Most()
            let counting = Task {
                while !Task.isCancelled {
                    await most.note(children(of: cutroom.process.pid))
                    try? await Task.sleep(for: .milliseconds(5))
                }
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for id in ids {
                    group.addTask {
                        try await HTTPFetch.get(
                            "\(cutroom.url)/api/v1/audio_clips/\(id)?start_time_ms=10000&duration_ms=5000",
                            headers: ["Prefer": "wait=60"]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            counting.cancel()
            await counting.value
            #expect(statuses == [Int](repeating: 200, count: 40))
            let count = await most.count
            #expect((1...2 + 2 + 2 + 1).contains(count), "\(count) processes")
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }

    private actor Most {
        private(set) var count = 0
        func note(_ count: Int) { self.count = max(self.count, count) }
    }

    /// The first 12 bytes of the SHA-256 of each path in the folder are the episode's id.
    private func episodeIDs(_ folder: TemporaryFolder, _ cutroom: ServedFolder) async throws -> [String] {
        let text = try await Tool.run(
            "bash",
            ["-c", "cd '\(folder.path)/audio' && for f in *.*; do printf %s \"$f\" | sha256sum | cut -c1-24; done"])
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Processes whose parent is this one (proc_pid_task(5), `children`).
    private func children(of pid: pid_t) -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.reduce(0) { sum, task in
            let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)
            return sum + (text?.split(separator: " ").count ?? 0)
        }
    }
}
