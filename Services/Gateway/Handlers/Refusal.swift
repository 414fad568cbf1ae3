import Domain

/// Why a clip is not made now, and when to ask again.
enum Refusal {
    case full
    case late(expected: Duration)
    case unmeasured

    var problem: Problem {
        switch self {
        case .full: .clip(.overloaded, "as many requests wait here as may")
        case .late(let expected):
            .clip(
                .overloaded,
                "the clip could not be ready in time: the work ahead takes \(expected.components.seconds) s")
        case .unmeasured:
            .clip(
                .overloaded,
                "as many clips are being made as may be while it is not known yet how fast they are made")
        }
    }

    /// When the backlog will be done, plus or minus up to a fifth: clients that were refused together should not come back
    /// together.
    var retryAfterSeconds: Int {
        switch self {
        case .full: 5
        case .late(let expected):
            Int(min(max((expected * Double.random(in: 0.8...1.2)).components.seconds + 1, 1), 120))
        // By then the first clips are made, and the rate is known.
        case .unmeasured: .random(in: 1...3)
        }
    }
}
