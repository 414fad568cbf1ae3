import Domain
import Logging
import ObjectStore

/// Makes clips of any source by ffmpeg's own seek over the loopback source, decoded and encoded again: exact, but for MP3
/// sources at the price of reading everything before the clip.
struct FFmpegClipMaker: ClipMaker {
    let ffmpeg: FFmpeg
    let loopback: LoopbackSource
    let store: any ObjectStore
    let log: Log

    func make(_ order: CutOrder) async throws(ClipFault) -> MadeClip {
        guard ffmpeg.formats.contains(order.format) else {
            throw ClipFault(.badParameters, "clips in the format '\(order.format.rawValue)' can't be made here")
        }
        let lease = loopback.lend(
            order.source.key, sizeBytes: order.source.sizeBytes, etag: order.source.etag, from: store)
        let clip: FFmpegClip
        do throws(FFmpegFault) {
            clip = try await ffmpeg.cut(
                lease, window: order.window, format: order.format, tags: order.tags,
                deadline: order.deadline)
        } catch {
            await lease.close()
            log.warning(
                "ffmpeg made no clip",
                [
                    "fault": .string(error.slug), "detail": .string(error.detail),
                    "source_key": .string(order.source.key),
                ])
            throw error.clipFault(start: order.window.start)
        }
        await lease.close()
        let counts = lease.counts
        log.debug(
            "ffmpeg made a clip",
            [
                "cpu": .duration(clip.usage.cpuTime), "wall": .duration(clip.usage.wallClock),
                "source_bytes": .int(Int(clamping: counts.bytes)), "source_fetches": .int(counts.fetches),
                "complaints": .int(clip.complaints.count),
            ])
        return MadeClip(
            bytes: clip.bytes, startMs: order.window.startMs,
            durationMs: Self.milliseconds(clip.duration, asked: order.window.durationMs), exact: .reencoded)
    }

    /// To the nearest millisecond; at least one, because there is a clip, and never more than asked.
    private static func milliseconds(_ duration: Duration?, asked: Int32) -> Int32 {
        guard let duration else { return asked }
        let rounded = (duration + .microseconds(500)).wholeMilliseconds
        return Int32(clamping: min(max(1, rounded), Int64(asked)))
    }
}
