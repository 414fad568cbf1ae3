import TestStack
import Testing

/// Clips in a browser: Chromium decodes and plays them, and a page of ours says what it found.
@Suite("in Chromium")
struct ChromiumTests {
    /// What the page found out about one clip.
    private struct Found: Decodable {
        let format: String
        let fault: String?
        /// By `decodeAudioData` in a context of the clip's own rate.
        let samples: Int?
        /// Where the known sound is found in the clip, in samples from where it should be.
        let lag: Int?
        /// How well it fits there: 1 is the same but for loudness.
        let fit: Double?
        /// The largest difference from the whole source as Chromium itself decodes it, in steps of 16 bits; MP3 only.
        let difference: Double?
        /// By `<audio>`.
        let duration: Double?
        let played: Bool?
    }

    /// How exact a format can be in Chromium. The rate is that of the decoded clip.
    private struct Format: Sendable {
        let rate: Int
        /// Samples that the clip may have too few or too many, and may begin too late or too early.
        var lengths = 0...0
        var lag = 0
        /// What `<audio>` may tell too much, in seconds.
        var longer = 0.001
    }

    private let formats: [String: Format] = [
        "mp3": Format(rate: 44_100), "wav": Format(rate: 44_100),
        // Chromium counts the 6.5 ms that Opus leaves out in front; where 44.1 kHz become 48 a sample lies between two.
        "opus": Format(rate: 48_000, lag: 1, longer: 0.007),
        // WebM counts in whole milliseconds, of which Opus' 6.5 are none: half of one is left out.
        "webm": Format(rate: 48_000, lengths: -24...0, lag: 25, longer: 0.008),
        "m4a": Format(rate: 44_100, lengths: 0...8),
    ]

    /// From second 77.777 to 84.777 of two minutes at a variable bitrate: a browser that seeks in the file itself goes by a
    /// table of a hundred points and is wrong by a part of a second there, and by a minute in three hours.
    @Test("clips begin, end and play as they should, in every format", .timeLimit(.minutes(1)))
    func clips() async throws {
        try await TemporaryFolder.use { folder in
            let (wave, source) = ("\(folder.path)/source.wav", "\(folder.path)/source.mp3")
            try await Tool.run(
                "ffmpeg",
                [
                    "-v", "error", "-f", "lavfi", "-i", "aevalsrc='0.4*sin(2*PI*t*(200+3*t))':s=44100:d=120", "-f",
                    "lavfi", "-i", "anoisesrc=seed=7:amplitude=0.1:r=44100:d=120", "-filter_complex", "amix=inputs=2",
                    wave,
                ])
            try await Tool.run("lame", ["--quiet", "-V", "5", "-m", "m", wave, source])
            for format in formats.keys {
                try await Tool.run(
                    TestStack.executable("cutroom"),
                    [
                        "clip", source, "--start", "77.777", "--duration", "7s", "-o",
                        "\(folder.path)/clip.\(format)",
                    ])
            }
            // The known sound, from a tenth of a second before the clip's start on.
            for rate in Set(formats.values.map(\.rate)) {
                try await Tool.run(
                    "ffmpeg",
                    [
                        "-v", "error", "-i", wave, "-af", "atrim=start=77.677:duration=1,aresample=\(rate)", "-f",
                        "s16le", "\(folder.path)/known.\(rate)",
                    ])
            }
            let found: [Found] = try await Browser.visit(folder.path, page: page)
            #expect(found.count == formats.count)
            for clip in found { check(clip) }
        }
    }

    private func check(_ clip: Found) {
        #expect(clip.fault == nil, "\(clip)")
        guard let format = formats[clip.format], let samples = clip.samples, let duration = clip.duration else {
            Issue.record("\(clip)")
            return
        }
        #expect(format.lengths.contains(samples - 7 * format.rate), "\(clip)")
        #expect((-0.001...format.longer + 0.0001).contains(duration - 7), "\(clip)")
        #expect(abs(clip.lag ?? .max) <= format.lag, "\(clip)")
        #expect((clip.fit ?? 0) > 0.9, "\(clip)")
        #expect(clip.played == true, "\(clip)")
        if clip.format == "mp3" { #expect((clip.difference ?? .infinity) <= 2, "\(clip)") }
    }

    private var page: String {
        """
        <!doctype html><meta charset="utf-8"><script>
        const rates = \(json), sourceStart = Math.round(77.777 * 44100);
        async function bytes(path) { return await (await fetch(path)).arrayBuffer(); }
        async function decoded(path, rate) {
            return (await new OfflineAudioContext(1, 1, rate).decodeAudioData(await bytes(path))).getChannelData(0);
        }
        // The lag at which the clip's first half second looks most like the known sound.
        function look(clip, known, rate) {
            const before = Math.round(rate / 10), count = 8192;
            let best = { lag: 0, fit: -1 };
            for (let lag = -600; lag <= 600; lag++) {
                let both = 0, one = 0, other = 0;
                for (let i = 1024; i < 1024 + count; i += 3) {
                    const a = clip[i], b = known[i + before - lag];
                    both += a * b; one += a * a; other += b * b;
                }
                const fit = both / Math.sqrt(one * other);
                if (fit > best.fit) best = { lag, fit };
            }
            return best;
        }
        function played(path) {
            return new Promise((resolve, reject) => {
                const audio = new Audio(path);
                audio.muted = true;
                audio.onerror = () => reject(new Error("audio: " + audio.error.message));
                audio.ontimeupdate = () => {
                    if (audio.currentTime === 0) return;
                    audio.pause();
                    resolve({ duration: audio.duration, played: true });
                };
                audio.play().catch(reject);
                setTimeout(() => reject(new Error("nothing was played for ten seconds")), 10000);
            });
        }
        async function examine(format, rate, source) {
            const path = "clip." + format;
            const clip = await decoded(path, rate);
            const known = new Int16Array(await bytes("known." + rate));
            const found = { format, samples: clip.length, ...look(clip, known, rate), ...await played(path) };
            if (format === "mp3") {
                found.difference = 0;
                for (let i = 0; i < clip.length; i++) {
                    const difference = Math.abs(clip[i] - source[sourceStart + i]) * 32768;
                    if (!(difference <= found.difference)) found.difference = difference;
                }
            }
            return found;
        }
        (async () => {
            const source = await decoded("source.mp3", 44100).catch(() => []);
            const all = [];
            for (const [format, rate] of Object.entries(rates)) {
                try { all.push(await examine(format, rate, source)); }
                catch (fault) { all.push({ format, fault: String(fault) }); }
            }
            await fetch("told", { method: "POST", body: JSON.stringify(all) });
        })();
        </script>
        """
    }

    private var json: String {
        "{" + formats.map { "\"\($0.key)\":\($0.value.rate)" }.joined(separator: ",") + "}"
    }
}
