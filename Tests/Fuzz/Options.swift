import Glibc

/// What is to be done, by the command line.
struct Options {
    enum Task {
        case all
        /// The worker's part: trials one after the other.
        case trials(Range<Int>)
        /// The worker's part: trials whose clip is decoded.
        case decodings([Int])
    }

    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    private(set) var task = Task.all
    private(set) var seed = UInt64.random(in: 0..<1_000_000_000)
    private(set) var first = 0
    private(set) var count = 100_000
    private(set) var workers = 2
    /// One clip in so many is decoded; 0: none.
    private(set) var decodeEvery = 100
    /// Where inputs that must never come back are kept.
    private(set) var folder = "/tmp"
    /// Address space of a worker; 0: no limit, for the address sanitizer maps terabytes.
    private(set) var memoryBytes = 1 << 30
    /// For one trial, of processor time.
    private(set) var limitSeconds: UInt32 = 20

    init(_ words: [String]) throws(Mistake) {
        var words = words[...]
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { throw Mistake(description: "\(word) needs a value") }
            func number() throws(Mistake) -> Int {
                guard let number = Int(value), number >= 0 else {
                    throw Mistake(description: "\(word) needs a number, not '\(value)'")
                }
                return number
            }
            switch word {
            case "--seed": seed = UInt64(try number())
            case "--count": count = try number()
            case "--first": first = try number()
            case "--workers": workers = max(1, try number())
            case "--decode-every": decodeEvery = try number()
            case "--memory": memoryBytes = try number()
            case "--folder": folder = value
            case "--trials": task = .trials(try number()..<Int.max)
            case "--decodings": task = .decodings(value.split(separator: ",").compactMap { Int($0) })
            default: throw Mistake(description: "unknown option \(word)")
            }
        }
        if case .trials(let numbers) = task { task = .trials(numbers.lowerBound..<numbers.lowerBound + count) }
    }
}
