import Domain
import Logging
import TestStack
import Testing

@testable import CutterService

@Suite("ffmpeg's words")
struct FFmpegWordsTests {
    /// As ffmpeg 7.1.5 printed them.
    private let report = """
        [mp3 @ 0x55d1] [verbose] Skipping 0 bytes of junk at 417.
        [info] Input #0, ogg, from 'http://127.0.0.1:1/x':
        [info]   Duration: 01:02:03.04, start: 0.025057, bitrate: 128 kb/s
        [info]   Stream #0:0: Audio: opus, 48000 Hz, stereo, fltp
        [info] Output #0, mp3, to '/dev/stdout':
        [info]   Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp, delay 1105, 128 kb/s
        [mp3float @ 0x5] [error] Header missing
        [out#0/mp3 @ 0x55] [verbose]   Output stream #0:0 (audio): 115 frames encoded (132300 samples); 116 packets muxed (48483 bytes);
        [info] size=      48KiB time=00:00:03.12 bitrate= 130.5kbits/s speed=77.4x

        """

    @Test("say how long the input is, what came out, and what was wrong")
    func read() {
        let report = FFmpegReport(parsing: report)
        #expect(report.demuxer == "ogg")
        #expect(report.inputDuration == .milliseconds(3_723_040))
        #expect(report.inputStart == .microseconds(25_057))
        #expect(report.encodedSamples == 132_300)
        #expect(report.outputRate == 44_100)
        #expect(report.clipDuration == .seconds(3))
        #expect(report.muxedPackets == 116)
        #expect(report.complaints == ["[mp3float @ 0x5] [error] Header missing"])
        #expect(!report.isEmpty)
    }

    /// As ffmpeg 7.1.5 printed them of a video with two languages.
    @Test("name the tracks, the default one among them, and where time begins")
    func tracks() {
        let report = FFmpegReport(
            parsing: """
                [info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'http://127.0.0.1:1/x':
                [info]   Duration: 00:00:42.00, start: 1.500000, bitrate: 96 kb/s
                [info]   Stream #0:0[0x1](und): Video: mpeg4 (Simple Profile), yuv420p, 64x64, 10 fps (default)
                [info]   Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 96 kb/s
                [info]   Stream #0:2[0x3](eng): Audio: alac (alac / 0x63616C61), 48000 Hz, stereo, s16p, 96 kb/s (default)
                [error] Codec (png) not on whitelist 'aac,alac'
                """)
        #expect(report.inputStart == .milliseconds(1_500))
        #expect(
            report.tracks == [
                .init(codec: "aac", rate: 44_100, isMono: true, isDefault: false),
                .init(codec: "alac", rate: 48_000, isMono: false, isDefault: true),
            ])
        #expect(report.complaints.isEmpty)
        let source = try? FFmpegSource(report)
        #expect(source?.track == 1 && source?.codec == "alac" && source?.zero == .milliseconds(1_500))
    }

    @Test("with numbers as large as their types hold, or none at all, end nothing")
    func hugeNumbers() {
        let numbers = [
            "9223372036854775807", "-9223372036854775808", "18446744073709551616", "nan", "-nan", "inf", "", "-", "0",
            "-1", "1e400", String(repeating: "9", count: 200),
        ]
        for a in numbers {
            for b in numbers {
                let report = FFmpegReport(
                    parsing: """
                        [info] Input #0, mov,mp4, from 'x':
                        [info]   Duration: \(a):\(b):\(a).\(b), start: \(a).\(b), bitrate: \(a) kb/s
                        [info]   Stream #0:0: Audio: aac, \(a) Hz, stereo
                        [Parsed_ashowinfo_0 @ 0x1] [info] n:\(a) pts:\(a) pts_time:\(b) rate:\(b) nb_samples:\(a)
                        [Parsed_ashowinfo_0 @ 0x1] [info] n:\(a) pts:\(b) pts_time:\(b) rate:48000 nb_samples:960
                        [Parsed_ashowinfo_0 @ 0x1] [info] n:\(a) pts:0 pts_time:\(b) rate:48000 nb_samples:\(b)
                        [info] Output #0, wav, to '/dev/stdout':
                        [info]   Stream #0:0: Audio: pcm, \(b) Hz, stereo
                        [out#0/wav @ 0x55] [verbose]   Output stream #0:0 (audio): 1 frames encoded (\(a) samples); \(b) packets muxed
                        [info] size=      48KiB time=\(a):\(b):\(a).\(b) bitrate= \(a)kbits/s
                        """)
                _ = (report.clipDuration, report.isEmpty, report.isExactly(.seconds(30)), try? FFmpegSource(report))
                if let timeline = FFmpegTimeline(report.frames) {
                    _ = (timeline.begin, timeline.end, timeline.runsBackwards, timeline.isPlain(from: 0, to: 48_000))
                }
            }
        }
        let longest = FFmpegReport(
            parsing: "[info] Output #0, wav\n[info]   Stream #0:0: Audio: x, 1 Hz,\n"
                + "  Output stream #0:0 (audio): 1 frames encoded (9223372036854775807 samples);")
        #expect(longest.clipDuration == .seconds(Int64.max))
        #expect(!longest.isExactly(.seconds(30)))
    }

    @Test(
        "that nobody knows mean nothing",
        arguments: ["", "\n\n", "[info]   Duration: N/A, start", "[info] size= time=x"])
    func unknown(text: String) {
        #expect(FFmpegReport(parsing: text) == FFmpegReport(parsing: ""))
        #expect(FFmpegReport(parsing: text).clipDuration == nil)
    }

    @Test(
        "about its version are read",
        arguments: [
            ("ffmpeg version 7.1.5-0+deb13u1 Copyright (c) 2000-2026 the FFmpeg developers\nbuilt", 7),
            ("ffmpeg version n6.0 Copyright", 6), ("ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright", 4),
            ("ffmpeg version N-118896-g9e5f5e8 Copyright", nil),
        ] as [(String, Int?)])
    func version(text: String, major: Int?) throws {
        #expect(try #require(FFmpegVersion(parsing: text)).major == major)
        #expect(FFmpegVersion(parsing: "avconv version 9") == nil)
    }
}

@Suite("Finding ffmpeg")
struct FFmpegProbeTests {
    @Test("the installed one can make every format")
    func installed() async throws {
        let ffmpeg = try await FFmpeg.find(FFmpegSettings(), log: .silent)
        #expect(ffmpeg.formats == Set(ClipFormat.ofSound))
        #expect(ffmpeg.path.hasPrefix("/"))
        #expect((ffmpeg.version.major ?? 6) >= 6)
        await ffmpeg.waiting.close()
    }

    @Test("none, another program, and one too old are told apart")
    func missing() async throws {
        await #expect(throws: FFmpegMissing.notFound(name: "no-such-ffmpeg")) { try await find("no-such-ffmpeg") }
        await #expect(throws: FFmpegMissing.self) { try await find("/bin/false") }
        await #expect(throws: FFmpegMissing.cannotRun(path: "/bin/echo", reason: "its version can't be read")) {
            try await find("/bin/echo")
        }
        let old = try TemporaryFile(
            holding: Array("#!/bin/sh\necho 'ffmpeg version 4.4.2 Copyright'\n".utf8), suffix: ".sh")
        try await Tool.run("chmod", ["700", old.path])
        await #expect(throws: FFmpegMissing.tooOld(path: old.path, version: "4.4.2")) { try await find(old.path) }
        let poor = try TemporaryFile(
            holding: Array("#!/bin/sh\necho 'ffmpeg version 7.0 Copyright'\n".utf8), suffix: ".sh")
        try await Tool.run("chmod", ["700", poor.path])
        await #expect(
            throws: FFmpegMissing.lacks(
                path: poor.path,
                what: [
                    "protocol http", "protocol tcp", "protocol pipe", "protocol file", "demuxer mp3",
                    "encoder libmp3lame", "muxer mp3",
                ])
        ) { try await find(poor.path) }
    }

    private func find(_ name: String) async throws -> FFmpeg {
        var settings = FFmpegSettings()
        settings.executable = name
        settings.waiting = 0
        return try await FFmpeg.find(settings, log: .silent)
    }
}

@Suite("A clip's tags")
struct ClipTagsTests {
    @Test("are cleaned and capped")
    func cleaned() {
        #expect(ClipTags(title: "  a\u{0}b\r\n\tc\u{202E}d  ", link: nil).title == "a b c d")
        #expect(ClipTags(title: "\u{7}\n", link: nil).title == nil)
        let long = ClipTags(title: String(repeating: "ü", count: 500), link: nil).title ?? ""
        #expect(long.utf8.count == 200)
        #expect(ClipTags(title: nil, link: "https://e.org/a b").link == nil)
        #expect(ClipTags(title: nil, link: "https://e.org/" + String(repeating: "x", count: 500)).link == nil)
        #expect(ClipTags(title: nil, link: "https://e.org/ä").link == nil)
        #expect(ClipTags.none.id3.isEmpty)
    }

    /// Bytes worked out by hand after id3v2.4.0-structure, 3.1 and 4, and -frames, 4.2.
    @Test("make an ID3v2.4 tag")
    func tag() {
        let tag: [UInt8] = [
            0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 14, 0x54, 0x49, 0x54, 0x32, 0, 0, 0, 4, 0, 0, 3, 0x48, 0xC3, 0xA9,
        ]
        #expect(ClipTags(title: "Hé", link: nil).id3 == tag)
        let long = ClipTags(title: String(repeating: "x", count: 200), link: nil).id3
        // 1 + 200 bytes of text are 1 × 128 + 73; with the frame's own ten, 1 × 128 + 83.
        #expect(Array(long[6..<10]) == [0, 0, 1, 83])
        #expect(Array(long[14..<18]) == [0, 0, 1, 73])
    }
}
