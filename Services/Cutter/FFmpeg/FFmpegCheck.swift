import ChildProcesses
import Domain

/// Looks whether a clip is what it is said to be.
protocol ClipChecker: Sendable {
    /// - Parameter duration: as it was published, in whole milliseconds.
    /// - Returns: what is wrong with the clip, in words; empty if nothing is.
    /// - Throws: `FFmpegFault` if the clip could not be looked at.
    func faults(
        in bytes: [UInt8], format: ClipFormat, duration: Duration
    ) async throws(FFmpegFault) -> [String]
}

extension FFmpeg: ClipChecker {
    /// Decodes the clip as a player would, from a file: each complaint of the decoder is a fault, and so is another length.
    func faults(
        in bytes: [UInt8], format: ClipFormat, duration: Duration
    ) async throws(FFmpegFault) -> [String] {
        var limits = settings.limits(until: nil)
        limits.nice = 19
        let run = FFmpegRun(
            await run(FFmpegArguments.check(format), input: .memory(bytes), output: .discard, limits),
            settings: settings)
        do throws(FFmpegFault) { _ = try run.result.get() } catch {
            // What it can't play at all, no player will.
            if error.verdict == .permanent { return ["\(error.slug): \(error.detail)"] }
            throw error
        }
        var faults = run.report.complaints + run.report.warnings
        let told = run.report.clipDuration
        let late = FFmpegRecipe.of(format).longestExcess
        if told.map({ $0 < duration - .milliseconds(1) || $0 > duration + late }) ?? true {
            let heard = told.map { "\($0)" } ?? "no time"
            faults.append("it plays for \(heard) and not for \(duration)")
        }
        return faults
    }
}
