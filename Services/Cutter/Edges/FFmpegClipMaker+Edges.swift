import Domain

extension FFmpegClipMaker {
    /// Decoded over the loopback source, like the clip itself.
    func sounds(
        of stretches: [ClipWindow], _ order: CutJob, keepingBytes: Bool
    ) async throws(ClipFault) -> EdgeSounds {
        var sounds: [FFmpegSound?] = []
        for stretch in stretches {
            do throws(FFmpegFault) {
                sounds.append(
                    try await ffmpeg.metrics.stages.stage(.cut, slug: \.slug) { () async throws(FFmpegFault) in
                        try await sound(of: FFmpegSpan(stretch), order)
                    })
            } catch {
                if case .startPastEnd = error {
                    sounds.append(nil)
                    continue
                }
                throw error.clipFault(
                    start: stretch.start, retryAfter: ffmpeg.settings.faultLifetime, refusal: order.refusal)
            }
        }
        return EdgeSounds(sounds: sounds)
    }

    /// - Returns: nil across the links of a chained source, where the edge stays.
    private func sound(of span: FFmpegSpan, _ order: CutJob) async throws(FFmpegFault) -> FFmpegSound? {
        try await onShape(of: order) { shape throws(FFmpegFault) in
            switch shape {
            case .plain(let source): return try await sound(order, 0..<order.source.sizeBytes, source, span)
            case .chained(let links):
                let link = links.first { $0.start <= span.start && span.end <= $0.start + $0.duration }
                guard let link else { return nil }
                let source = try await shapes.look(order.source, link.bytes, order.deadline)
                return try await sound(
                    order, link.bytes, source, FFmpegSpan(start: span.start - link.start, length: span.length))
            }
        }
    }

    private func sound(
        _ order: CutJob, _ bytes: Range<UInt64>, _ source: FFmpegSource, _ span: FFmpegSpan
    ) async throws(FFmpegFault) -> FFmpegSound {
        try await reading(order.source, bytes, span, of: source) { lease throws(FFmpegFault) in
            try await ffmpeg.sound(
                lease, of: source, span, rate: source.rate, channels: source.channels, deadline: order.deadline)
        }
    }
}
