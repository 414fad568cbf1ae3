/// Where the clips come from that are to be made.
enum WarmSource {
    case list(LineInput, ClipList)
    case chunks(EpisodeChunks)

    enum Read {
        case clips([WarmClip])
        case fault(ClipListFault, line: Int)
        case nothingYet
        case end
    }

    /// How much of it was taken, 0 to 1; nil where nobody knows how much there is.
    var fraction: Double? {
        switch self {
        case .list(let input, _): input.fraction
        case .chunks(let chunks): chunks.fraction
        }
    }

    mutating func next() async throws -> Read {
        switch self {
        case .list(var input, var list):
            defer { self = .list(input, list) }
            switch try await input.next() {
            case .text(let line):
                do throws(ClipListFault) { return .clips(try list.read(line)) } catch {
                    return .fault(error, line: list.lines)
                }
            case .tooLong:
                let fault = list.skip()
                return .fault(fault, line: list.lines)
            case .nothingYet: return .nothingYet
            case .end: return .end
            }
        case .chunks(var chunks):
            defer { self = .chunks(chunks) }
            return try await chunks.next().map(Read.clips) ?? .end
        }
    }
}
