import Glibc
import MP3Corpus

/// Gives trials to workers, a few hundred at a time, and keeps the books: what came out how often, what has to be decoded,
/// and what must never happen.
final class FuzzParent {
    private let options: Options
    private var books = FuzzBooks()
    private var next: Int
    private var toDecode: [Int] = []
    private var running: [FuzzChild] = []
    private let began = ContinuousClock.now
    private var told = ContinuousClock.now

    private static let block = 250
    private static let decodingsAtOnce = 8

    init(_ options: Options) {
        self.options = options
        next = options.first
    }

    private var end: Int { options.first + options.count }

    /// - Returns: the exit status: 0 only if something was tried and nothing was found.
    func run() -> Int32 {
        say("mp3-fuzz: \(options.count) trials, --seed \(options.seed) repeats them")
        do {
            for source in Mutation.sources { _ = try source.bytes() }
            while fill() { try wait() }
        } catch {
            say("mp3-fuzz: \(error)")
            return 3
        }
        tell(final: true)
        let seconds = began.duration(to: .now) / .seconds(1)
        say(isatty(STDOUT_FILENO) == 1 ? books.text(seconds) : books.json(options, seconds), to: 1)
        for finding in books.findings { keep(finding) }
        return books.findings.isEmpty && books.trials > 0 ? 0 : 1
    }

    /// Starts as many workers as may run; false when all is done.
    private func fill() -> Bool {
        while running.count < options.workers {
            let words: [String]
            let numbers: [Int]
            if toDecode.count >= Self.decodingsAtOnce || (next >= end && !toDecode.isEmpty) {
                numbers = Array(toDecode.prefix(Self.decodingsAtOnce))
                toDecode.removeFirst(numbers.count)
                words = ["--decodings", numbers.map(String.init).joined(separator: ",")]
            } else if next < end {
                numbers = Array(next..<min(end, next + Self.block))
                next = min(end, next + Self.block)
                words = ["--trials", String(numbers[0]), "--count", String(numbers.count)]
            } else {
                break
            }
            start(words, numbers)
        }
        return !running.isEmpty
    }

    private func start(_ words: [String], _ numbers: [Int]) {
        let all = words + ["--seed", String(options.seed), "--memory", String(options.memoryBytes)]
        running.append(FuzzChild(all, isDecoding: words[0] == "--decodings", numbers: numbers))
    }

    private func wait() throws {
        var watched = running.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
        poll(&watched, nfds_t(watched.count), 1_000)
        for (child, state) in zip(running, watched) where state.revents != 0 {
            let (lines, ended) = child.read()
            for line in lines { try take(line, child) }
            if let ended { finish(child, ended) }
        }
        running.removeAll(where: \.isOver)
        if told.duration(to: .now) > .seconds(5) { tell(final: false) }
    }

    private func take(_ line: Substring, _ child: FuzzChild) throws {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = Int(words[0]), words.count == 2, number == child.left.first else {
            throw Options.Mistake(description: "a worker said '\(line)'")
        }
        child.left.removeFirst()
        if words[1].hasPrefix("!") {
            books.findings.append(.init(number: number, what: String(words[1].dropFirst())))
        } else if child.isDecoding {
            books.decodings[String(words[1]), default: 0] += 1
        } else {
            let isNew = books.add(words[1])
            let isClip = words[1].hasPrefix("clip ")
            if options.decodeEvery > 0, isNew || (isClip && number % options.decodeEvery == 0) {
                toDecode.append(number)
            }
        }
    }

    /// A worker that ended before its work did died of the first trial that it said nothing about.
    private func finish(_ child: FuzzChild, _ ended: String) {
        guard let number = child.left.first else { return }
        books.findings.append(.init(number: number, what: ended))
        child.left.removeFirst()
        guard let first = child.left.first else { return }
        let words =
            child.isDecoding
            ? ["--decodings", child.left.map(String.init).joined(separator: ",")]
            : ["--trials", String(first), "--count", String(child.left.count)]
        start(words, child.left)
    }

    private func tell(final: Bool) {
        told = .now
        let done = books.trials
        let seconds = Int(began.duration(to: .now) / .seconds(1))
        let line =
            "mp3-fuzz: \(done) of \(options.count) trials, \(books.decodings.values.reduce(0, +)) decoded, "
            + "\(books.findings.count) findings, \(seconds) s"
        let isTerminal = isatty(STDERR_FILENO) == 1
        let text = (isTerminal ? "\r\u{1B}[K" : "") + line + (isTerminal && !final ? "" : "\n")
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func say(_ line: String, to descriptor: Int32 = 2) { writeLine(line, to: descriptor) }

    private func keep(_ finding: FuzzBooks.Finding) {
        let path = "\(options.folder)/mp3-fuzz-\(options.seed)-\(finding.number).mp3"
        say("mp3-fuzz: number \(finding.number): \(finding.what)")
        do {
            let trial = Trial(
                seed: options.seed, number: finding.number, files: try Mutation.sources.map { try $0.bytes() })
            try Files.write(trial.file, to: path, acrossDevices: true)
            say(
                "    its file: \(path), from \(trial.start) for \(trial.length); again: --seed \(options.seed) "
                    + "--first \(finding.number) --count 1")
        } catch {
            say("    its file could not be written: \(error)")
        }
    }
}
