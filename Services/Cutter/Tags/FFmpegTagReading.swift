import ChildProcesses
import Domain

extension FFmpeg {
    /// Of what ffmpeg says of a source: a thousand chapters are some 150 KiB.
    private static let tagBytes = 1 << 20

    /// What a source says of itself.
    func tags(of lease: LoopbackLease) async throws(FFmpegFault) -> SourceTags {
        let run = FFmpegRun(
            await run(
                FFmpegArguments.look(url: lease.url), output: .discard, errorTailBytes: Self.tagBytes,
                settings.lookLimits(until: nil)), settings: settings)
        if let fault = lease.fault { throw fault }
        switch run.result {
        case .success(let ended): return SourceTags(parsing: ended.errorTail)
        case .failure(let fault):
            // Without an output it always fails in the end: what it saw until then counts.
            guard run.report.demuxer != nil, let said = run.said else { throw fault }
            return SourceTags(parsing: said)
        }
    }

    /// The first picture that is attached to a source, byte for byte.
    ///
    /// - Throws: `.clipTooLarge` for a larger one than `limitBytes`; `.failed` where there is none.
    func picture(in lease: LoopbackLease, limitBytes: Int) async throws(FFmpegFault) -> [UInt8] {
        var limits = settings.lookLimits(until: nil)
        limits.fileSizeBytes = limitBytes
        let run = FFmpegRun(
            await run(
                FFmpegArguments.picture(url: lease.url), output: .capture(limitBytes: limitBytes), limits),
            settings: settings)
        if let fault = lease.fault { throw fault }
        return try run.result.get().output
    }
}
