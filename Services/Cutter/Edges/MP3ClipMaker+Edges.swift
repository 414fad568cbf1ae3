import Domain
import MP3

extension MP3ClipMaker {
    /// One read of all that lies between the edges, if the clip itself will need it, else one for each.
    func sounds(
        of stretches: [ClipWindow], _ order: CutJob, keepingBytes: Bool
    ) async throws(ClipFault) -> EdgeSounds {
        var order = order
        guard let layout = try await layout(for: &order, insteadOf: nil) else {
            return try await otherwise.sounds(of: stretches, order, keepingBytes: keepingBytes)
        }
        if keepingBytes, let first = stretches.first, let last = stretches.last,
            let range = layout.range(from: first.start, to: last.end), range.count <= HeldBytes.most
        {
            order.held = HeldBytes(try await read(range, order), at: range.lowerBound)
        }
        var sounds: [FFmpegSound?] = []
        for stretch in stretches { sounds.append(try await sound(of: stretch, layout, order)) }
        return EdgeSounds(sounds: sounds, held: order.held)
    }

    /// - Returns: nil if there is no sound there, or if what there is is not as the layout says: then the cut will tell.
    private func sound(of stretch: ClipWindow, _ layout: Layout, _ order: CutJob) async throws(ClipFault)
        -> FFmpegSound?
    {
        guard let pieces = try await pieces(of: stretch, layout, order) else { return nil }
        do throws(FFmpegFault) {
            return try await stages.stage(.cut, slug: \.slug) { () async throws(FFmpegFault) in
                try await ffmpeg.sound(of: pieces, deadline: order.deadline).sound
            }
        } catch {
            if error.verdict == .permanent { return nil }
            throw error.clipFault(start: stretch.start)
        }
    }

    private func pieces(
        of stretch: ClipWindow, _ layout: Layout, _ order: CutJob
    ) async throws(ClipFault) -> [DecoderPiece]? {
        switch CutPlan.make(layout, start: stretch.start, length: stretch.duration) {
        case .pastEnd, .tooManyChanges: return nil
        case .lossless(let plan):
            guard case .success(let frames) = try await frames(of: plan, order) else { return nil }
            return [DecoderPiece(frames.made)]
        case .reencode(let plan):
            guard case .success(let frames) = try await frames(of: plan, order) else { return nil }
            return frames.made
        }
    }
}

extension Layout {
    /// The bytes to read for a stretch of sound; nil where none is.
    fileprivate func range(from start: Duration, to end: Duration) -> Range<Int>? {
        switch CutPlan.make(self, start: start, length: end - start) {
        case .pastEnd, .tooManyChanges: nil
        case .lossless(let plan): plan.range
        case .reencode(let plan): plan.range
        }
    }
}
