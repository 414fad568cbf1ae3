import Domain
import Glibc
import Text
import Threads

/// Tells what becomes of the clips: to a person a bar and what failed, to a program a line of JSON for each.
struct WarmReport: Sendable {
    struct Counts: Sendable {
        var ready = 0
        var made = 0
        var missing = 0
        var failed = 0
        var late = 0
        /// Lines that were not understood.
        var faults = 0
        /// Clips that were asked for twice.
        var repeated = 0
        /// Clips that were read.
        var read = 0

        var ended: Int { ready + made + missing + failed + late }

        mutating func add(_ result: WarmQueue.Outcome.Result) {
            switch result {
            case .ready: ready += 1
            case .made: made += 1
            case .missing: missing += 1
            case .failed: failed += 1
            case .late: late += 1
            }
        }
    }

    private static let barWidth = 30

    private let console = Console()
    private let hasBar = isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    private let isDry: Bool
    private let began: ContinuousClock.Instant
    private var lastProgress: ContinuousClock.Instant
    var counts = Counts()

    init(isDry: Bool, at now: ContinuousClock.Instant) {
        self.isDry = isDry
        (began, lastProgress) = (now, now)
    }

    mutating func fault(_ fault: ClipListFault, line: Int) async {
        counts.faults += 1
        let text = "line \(line), column \(fault.column): \(fault.problem)"
        if console.isTerminal {
            await complain(text)
        } else {
            await console.told(
                text,
                [
                    ("event", .text("fault")), ("line", .number(Int64(line))), ("column", .number(Int64(fault.column))),
                    ("problem", .text(fault.problem)),
                ])
        }
    }

    mutating func outcome(_ outcome: WarmQueue.Outcome) async {
        counts.add(outcome.result)
        let (word, reason, detail) = Self.words(outcome.result)
        if console.isTerminal {
            guard let reason else { return }
            let clip = outcome.clip
            let start = clip.startMs.map { " from \($0) ms on" } ?? ""
            await complain(
                "\(clip.place): \(clip.episode)\(start), \(clip.format.name): \(reason)\(detail.map { ": \($0)" } ?? "")"
            )
            return
        }
        let clip = outcome.clip
        await console.told(
            word,
            [
                ("event", .text("clip")), ("place", .number(Int64(clip.place))), ("episode_id", .text(clip.episode)),
                ("start_time_ms", clip.startMs.map(JSONField.number) ?? .null), ("format", .text(clip.format.name)),
                ("status", .text(word)), ("reason", reason.map(JSONField.text) ?? .null),
                ("detail", detail.map(JSONField.text) ?? .null),
            ])
    }

    private static func words(
        _ result: WarmQueue.Outcome.Result
    ) -> (word: String, reason: String?, detail: String?) {
        switch result {
        case .ready: ("ready", nil, nil)
        case .made: ("made", nil, nil)
        case .missing: ("missing", nil, nil)
        case .failed(let reason, let detail): ("failed", reason, detail)
        case .late: ("late", "not-ready-in-time", "it may be ready later; the next run will tell")
        }
    }

    // MARK: - Progress

    /// A bar four times a second, or a line of JSON every ten seconds.
    mutating func progress(_ fraction: Double?, pending: Int, at now: ContinuousClock.Instant) async {
        guard now - lastProgress >= (console.isTerminal ? .milliseconds(250) : .seconds(10)) else { return }
        lastProgress = now
        if console.isTerminal {
            if hasBar { await Self.draw("\r" + bar(fraction, pending: pending, at: now) + "\u{1B}[K") }
            return
        }
        await console.told("", [("event", .text("progress"))] + fields(pending: pending))
    }

    /// `[#########.....] 62 %  1240 made, 12 ready, 500 under way, 48.2/s`
    func bar(_ fraction: Double?, pending: Int, at now: ContinuousClock.Instant) -> String {
        var text = ""
        // What was read is a part of the list, and what has ended a part of what was read.
        if let fraction, counts.read > 0 {
            let share = min(1, fraction * Double(counts.ended + counts.repeated) / Double(counts.read))
            let filled = Int(share * Double(Self.barWidth))
            text = "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: Self.barWidth - filled)
            text += "] \(Int(share * 100)) %  "
        }
        let seconds = max(0.001, (now - began) / .seconds(1))
        let perSecond = (Double(isDry ? counts.ended : counts.made) / seconds * 10).rounded() / 10
        let what = isDry ? "\(counts.missing) missing" : "\(counts.made) made"
        text += "\(what), \(counts.ready) ready, \(pending) under way, \(perSecond)/s"
        let bad = counts.failed + counts.late + counts.faults
        return bad == 0 ? text : text + ", \(bad) not"
    }

    /// Away with the bar, so that text follows at the beginning of a line.
    func clearBar() async { if hasBar { await Self.draw("\r\u{1B}[K") } }

    private func complain(_ text: String) async {
        await clearBar()
        await Console.complained(text)
    }

    private static func draw(_ text: String) async {
        try? await onThread(named: "bar") {
            _ = OutputFile.writeAll(Array(text.utf8), to: STDERR_FILENO, named: "standard error")
        }
    }

    // MARK: - The end

    /// - Parameters:
    ///   - state: `done`, `budget`, `interrupted` or `stopped`.
    ///   - text: what a person is told of it.
    ///   - unasked: clips that were read and not asked for.
    func end(
        _ state: String, _ text: String, pending: Int, unasked: Int, _ bytes: Int64,
        _ cost: (making: Double, storing: Double)
    ) async {
        await clearBar()
        var lines = [
            text, isDry ? "  missing     \(counts.missing)" : "  made        \(counts.made)",
            "  ready       \(counts.ready)",
        ]
        if pending > 0 { lines.append("  under way   \(pending), which are made all the same") }
        if unasked > 0 { lines.append("  not asked   \(unasked) of those that were read") }
        if counts.failed > 0 { lines.append("  failed      \(counts.failed)") }
        if counts.late > 0 { lines.append("  late        \(counts.late)") }
        if counts.faults > 0 { lines.append("  lines that were not understood: \(counts.faults)") }
        lines.append(
            "  \(isDry ? "they take" : "asked for") about \(Self.megabytes(bytes)) MB; \(Self.dollars(cost.making)) $ to make, "
                + "\(Self.dollars(cost.storing)) $ to keep")
        var told: [(String, JSONField)] = [("event", .text("end")), ("state", .text(state))]
        told += fields(pending: pending)
        told.append(("unasked", .number(Int64(unasked))))
        told.append(("estimated_bytes", .number(bytes)))
        let microdollars = ((cost.making + cost.storing) * 1e6).rounded()
        told.append(("estimated_microdollars", .number(Int64(microdollars))))
        told.append(("detail", .text(text)))
        await console.told(lines.joined(separator: "\n"), told)
    }

    private func fields(pending: Int) -> [(String, JSONField)] {
        let numbers: [(String, Int)] = [
            ("read", counts.read), ("ready", counts.ready), ("made", counts.made), ("missing", counts.missing),
            ("failed", counts.failed), ("late", counts.late), ("under_way", pending), ("repeated", counts.repeated),
            ("faults", counts.faults),
        ]
        return numbers.map { ($0.0, JSONField.number(Int64($0.1))) }
    }

    private static func megabytes(_ bytes: Int64) -> String { "\((Double(bytes) / 1e5).rounded() / 10)" }
    private static func dollars(_ dollars: Double) -> String { "\((dollars * 10_000).rounded() / 10_000)" }
}
