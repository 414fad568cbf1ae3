/// Putting a clip's frames together so that a decoder starts in the very state it had in the source.
///
/// A frame's main data may begin in the frames before it (the bit reservoir). The first frame kept gets what it needs from
/// one frame made for the purpose, the *carrier*: side information all zero, so that it sounds as silence, and the needed
/// bytes at its very end, where the next frame looks for them.
///
/// In place of a frame that is missing in the source stands a silent one. What the frames behind it would need of it is lost,
/// as it is for every decoder of the source: they are silent until one needs nothing from before.
struct Assembly {
    private let window: Window
    private let before: ArraySlice<PlacedFrame?>
    private let kept: ArraySlice<PlacedFrame?>

    /// The carrier, if there is one, and the kept frames.
    private(set) var body: [UInt8] = []
    /// How many frames of the body were made in front of the kept ones: 0 or 1.
    private(set) var madeFrames = 0
    /// How many of the kept ones are missing in the source.
    private(set) var missingFrames = 0
    /// The lengths of the body's frames, in order.
    private(set) var lengths: [Int] = []
    private(set) var isConstant = true

    /// The first kept frame's header: frames made here take their format from it.
    let model: FrameHeader

    /// - Parameters:
    ///   - before: frames that lie before the kept ones, as many as were fetched; nil for a missing one, as in `kept`.
    ///   - kept: at least one.
    ///   - blank: the header of made frames where none of the kept ones is there.
    ///   - beginsWithPart: no frames of the same part stand before those at hand.
    ///   - needsLead: a silent frame is wanted in front in any case, as the delay in the tag must be above zero.
    init(
        _ window: Window, before: ArraySlice<PlacedFrame?>, kept: ArraySlice<PlacedFrame?>, blank: FrameHeader?,
        beginsWithPart: Bool, needsLead: Bool
    ) throws(CutFault) {
        let first = kept.lazy.compactMap { $0 }.first?.header ?? blank
        guard let first, !kept.isEmpty else { throw .layoutDisproved }
        self.window = window
        self.before = before
        self.kept = kept
        model = first
        try build(beginsWithPart: beginsWithPart, needsLead: needsLead)
    }

    private mutating func build(beginsWithPart: Bool, needsLead: Bool) throws(CutFault) {
        let rows = rows
        var needs = reservoirNeeds(rows.first ?? [])
        let need = needs.max() ?? 0
        let reservoir = reservoir(need)
        guard reservoir.count == need || beginsWithPart || before.contains(nil) else { throw .reachesFartherBack }

        body.reserveCapacity(kept.reduce(4096) { $0 + ($1 ?? PlacedFrame(header: model, place: 0)).header.length })
        if needsLead || !reservoir.isEmpty || !opensAlike || isTag(kept.first ?? nil) {
            let carrier = Carrier.frame(like: model, holding: reservoir)
            body += carrier
            lengths.append(carrier.count)
            isConstant = FrameHeader(carrier)?.bitrateIndex == model.bitrateIndex
            madeFrames = 1
        }
        var available = reservoir.count
        for (number, row) in rows.enumerated() {
            if number > 0 {
                appendMissing()
                needs = reservoirNeeds(row)
                available = 0
            }
            let place = body.count
            try append(row)
            silenceUndecodable(row, at: place, needs, reservoir: available)
        }
    }

    /// The kept frames as rows without a missing one inside; between two rows one is missing, and a row may be empty.
    private var rows: [ArraySlice<PlacedFrame>] {
        kept.split(separator: nil, omittingEmptySubsequences: false).map { row in
            ArraySlice(row.compactMap { $0 })
        }
    }

    private mutating func appendMissing() {
        let silence = Carrier.frame(like: model, holding: [])
        body += silence
        lengths.append(silence.count)
        missingFrames += 1
    }

    /// What no decoder could decode in the source either, for want of its reservoir, must not be decoded here.
    ///
    /// Decoders let go of all main data before the place where a frame says that its own begins. So a silenced frame goes
    /// on reaching as far back as the one behind it needs.
    ///
    /// - Parameters:
    ///   - start: where in the body the row begins.
    ///   - needs: bytes of main data from before the row, for each of its first frames.
    ///   - reservoir: how many there are.
    private mutating func silenceUndecodable(
        _ row: ArraySlice<PlacedFrame>, at start: Int, _ needs: [Int], reservoir: Int
    ) {
        var places: [Int] = []
        var available: [Int] = []
        var place = start
        var mainData = reservoir
        for (frame, _) in zip(row, needs) {
            places.append(place)
            available.append(mainData)
            place += frame.header.length
            mainData += frame.mainData.count
        }
        let frames = Array(row.prefix(needs.count + 1))
        var nextReach = frames.count > needs.count ? reach(of: frames[needs.count]) : 0
        for number in needs.indices.reversed() {
            let frame = frames[number]
            if needs[number] > reservoir {
                nextReach = min(max(0, nextReach - frame.mainData.count), available[number])
                Carrier.silence(&body, frame.header, at: places[number], reach: nextReach)
            } else {
                nextReach = reach(of: frame)
            }
        }
    }

    /// How far back a frame's main data begins.
    private func reach(of frame: PlacedFrame) -> Int {
        window.slice(frame.place..<frame.end).flatMap { SideInfo(of: frame.header, frame: $0) }?.mainDataBegin ?? 0
    }

    private mutating func append(_ row: ArraySlice<PlacedFrame>) throws(CutFault) {
        var stretch: Range<Int>?
        for frame in row {
            lengths.append(frame.header.length)
            isConstant = isConstant && frame.header.bitrateIndex == model.bitrateIndex
            if let open = stretch, open.upperBound == frame.place {
                stretch = open.lowerBound..<frame.end
            } else {
                try append(stretch)
                stretch = frame.place..<frame.end
            }
        }
        try append(stretch)
    }

    private mutating func append(_ stretch: Range<Int>?) throws(CutFault) {
        guard let stretch else { return }
        guard let bytes = window.slice(stretch) else { throw .layoutDisproved }
        body += bytes
    }

    /// Bytes of main data from before a row, for each of its first frames, until none can reach so far.
    private func reservoirNeeds(_ row: ArraySlice<PlacedFrame>) -> [Int] {
        var needs: [Int] = []
        var between = 0
        for frame in row {
            guard between < frame.header.format.farthestReach else { break }
            needs.append(max(0, reach(of: frame) - between))
            between += frame.mainData.count
        }
        return needs
    }

    /// The last `count` bytes of main data before the first kept frame; fewer where there are no more, and none of before a
    /// missing frame.
    private func reservoir(_ count: Int) -> [UInt8] {
        var parts: [ArraySlice<UInt8>] = []
        var missing = count
        for frame in before.reversed() where missing > 0 {
            guard let frame, let data = window.slice(frame.mainData) else { break }
            parts.append(data.suffix(missing))
            missing -= min(missing, data.count)
        }
        return parts.reversed().flatMap { $0 }
    }

    /// Whether the first two frames kept are enough for ffmpeg to see where frames begin: it goes on, byte by byte and past
    /// whatever sounds there, to the first place where two headers follow one another that differ in nothing but bitrate,
    /// padding, CRC, private bit and the kind of joint stereo. A frame made here is like the first that is there.
    private var opensAlike: Bool {
        guard kept.count > 1, let second = kept.dropFirst().first else { return false }
        return (model.word ^ (second?.header ?? model).word) & 0xFFFE_0CCF == 0
    }

    /// A tag frame left in the middle by joining must not come first: a decoder would take it for the clip's own.
    private func isTag(_ frame: PlacedFrame?) -> Bool {
        guard let frame else { return false }
        return InfoTag(in: window, at: frame.place, header: frame.header) != nil
    }
}
