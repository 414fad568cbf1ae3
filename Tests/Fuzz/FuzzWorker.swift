import Glibc
import MP3
import MP3Corpus

/// A process that does trials and says after each, in a line, how it ended. The parent knows by the lines that are
/// missing which trial a crash belongs to.
struct FuzzWorker {
    private let options: Options
    private let files: [[UInt8]]

    init(_ options: Options) {
        self.options = options
        do {
            files = try Mutation.sources.map { try $0.bytes() }
        } catch {
            writeLine("! \(error)")
            exit(3)
        }
        if options.memoryBytes > 0 {
            var limit = rlimit(rlim_cur: rlim_t(options.memoryBytes), rlim_max: rlim_t(options.memoryBytes))
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// Lines are `NUMBER NAME ODDITY,ODDITY…`, or `NUMBER !WHAT`.
    func trials(_ numbers: Range<Int>) {
        for number in numbers {
            limitTime()
            do {
                let outcome = try Trial(seed: options.seed, number: number, files: files).run()
                writeLine("\(number) \(outcome.name) \(outcome.oddities.joined(separator: ","))")
            } catch {
                writeLine("\(number) !\(error)")
            }
        }
    }

    /// Of its processor's time, so that a busy machine makes no hang of a trial; and of the clock's, thirty times as much, for
    /// what waits. Nobody catches the two signals: they end the process.
    private func limitTime() {
        var timer = itimerval()
        timer.it_value.tv_sec = Int(options.limitSeconds)
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
        alarm(30 * options.limitSeconds)
    }

    func decodings(_ numbers: [Int]) {
        for number in numbers {
            limitTime()
            do {
                let outcome = try Trial(seed: options.seed, number: number, files: files).run()
                writeLine("\(number) \(try decode(outcome))")
            } catch {
                writeLine("\(number) !\(error)")
            }
        }
    }

    /// What was bent may well be undecodable, and ffmpeg then says so. It must never refuse the stream as a whole, and
    /// where it has no complaint, it must play what was promised.
    private func decode(_ outcome: Trial.Outcome) throws -> String {
        var complaint = false
        for (stream, samples, channels, limit) in outcome.streams {
            let input = Files.unique("fuzz")
            let output = Files.unique("fuzz")
            defer {
                Files.remove(input)
                Files.remove(output)
            }
            try Files.write(stream, to: input)
            let words = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-f", "mp3"] + limit
            let command = words + ["-i", "pipe:0", "-map", "0:a:0", "-f", "s16le", "pipe:1"]
            let said: String
            do {
                said = try Program.run(command, output: output, input: input, asPipe: true)
            } catch let failure as Program.Failure {
                guard failure.complaint.contains("Error submitting packet to decoder"),
                    !failure.complaint.contains("Error opening input")
                else { throw failure }
                complaint = true
                continue
            }
            let got = try Files.size(output) / 2 / channels
            if !said.isEmpty {
                complaint = true
            } else if got != samples {
                throw Trial.Wrong(description: "\(outcome.name): ffmpeg plays \(got) samples, not \(samples)")
            }
        }
        return complaint ? "complained" : "decoded"
    }
}

extension Trial.Outcome {
    fileprivate var streams: [(stream: [UInt8], samples: Int, channels: Int, limit: [String])] {
        if let lossless {
            return [(lossless.bytes(.piped), lossless.sampleCount, lossless.format.channels, [])]
        }
        return clips.map { piece in
            let limit = piece.needsLimit ? ["-t", "\(piece.duration / .seconds(1))"] : []
            return (piece.stream, piece.sampleCount, piece.format.channels, limit)
        }
    }
}
