import ChildProcesses
import Glibc

/// One run of ffmpeg that is over: what it said, and what that means.
struct FFmpegRun: Sendable {
    let report: FFmpegReport
    /// The end of its standard error; nil if it did not run.
    let said: String?
    let result: Result<Ended, FFmpegFault>

    init(_ result: Result<Ended, ChildFault>, settings: FFmpegSettings) {
        switch result {
        case .success(let ended):
            let report = FFmpegReport(parsing: ended.errorTail)
            self.report = report
            said = ended.errorTail
            self.result = Self.fault(ended, report, settings).map { .failure($0) } ?? .success(ended)
        case .failure(.overLimit(let limit, let ended)):
            report = FFmpegReport(parsing: ended.errorTail)
            said = ended.errorTail
            self.result = .failure(Self.fault(limit))
        case .failure(.cancelled):
            report = FFmpegReport(parsing: "")
            said = nil
            self.result = .failure(.cancelled)
        case .failure(let fault):
            report = FFmpegReport(parsing: "")
            said = nil
            self.result = .failure(.notStarted(fault))
        }
    }

    private static func fault(_ limit: ChildFault.Limit) -> FFmpegFault {
        switch limit {
        case .wallClock(let time): .timeLimit(time)
        case .cpuTime(let time): .cpuLimit(time)
        case .outputBytes(let bytes), .fileSizeBytes(let bytes): .clipTooLarge(limitBytes: bytes)
        }
    }

    private static func fault(_ ended: Ended, _ report: FFmpegReport, _ settings: FFmpegSettings) -> FFmpegFault? {
        switch ended.status {
        case .exited(0): nil
        case .exited(let code): exitFault(code, ended, report, settings)
        case .signalled(SIGSEGV), .signalled(SIGABRT), .signalled(SIGILL), .signalled(SIGBUS), .signalled(SIGFPE):
            .crashed(signal: signal(ended))
        case .signalled(let number): .killed(signal: number)
        case .killed: .killed(signal: SIGKILL)
        }
    }

    private static func signal(_ ended: Ended) -> Int32 {
        if case .signalled(let number) = ended.status { number } else { SIGKILL }
    }

    /// By ffmpeg's words, because before version 7 every failure exits with 1.
    private static func exitFault(
        _ code: Int32, _ ended: Ended, _ report: FFmpegReport, _ settings: FFmpegSettings
    ) -> FFmpegFault {
        let words = report.complaints.joined(separator: " | ")
        func says(_ signs: [String]) -> Bool { signs.contains { words.contains($0) } }
        // The loader's words, before there is an ffmpeg to say any.
        if code == 127, ended.errorTail.contains("failed to map segment") {
            return .memoryLimit(bytes: settings.addressSpaceBytes)
        }
        if says(memoryWords) { return .memoryLimit(bytes: settings.addressSpaceBytes) }
        if says(["No space left on device"]) { return .noSpace }
        if says(unplayableWords) { return .unplayable(why: words) }
        return .failed(exitCode: code, why: words.isEmpty ? String(ended.errorTail.suffix(300)) : words)
    }

    private static let memoryWords = ["Cannot allocate memory", "Resource temporarily unavailable"]

    private static let unplayableWords = [
        "Invalid data found when processing input", "Format not on whitelist", "Protocol", "matches no streams",
        "Error initializing filters", "Error opening input: End of file", "Could not find codec parameters",
        "incorrect codec parameters", "Decoder (codec", "Decoder not found", "does not contain any stream",
        "Decode error rate",
    ]
}
