/// Where one sound stands in another, for what was encoded again and is the same to the ear only.
package enum Shift {
    /// How far to either side is looked.
    package static let reach = 400

    /// By how many samples `got` is late against `truth`.
    ///
    /// - Parameters:
    ///   - got: 16-bit samples of one channel.
    ///   - truth: the same, beginning `reach` samples before `got` should and ending as many behind.
    package static func best(_ got: [UInt8], in truth: [UInt8]) -> Int {
        func samples(_ bytes: [UInt8]) -> [Int] {
            bytes.withUnsafeBytes { $0.bindMemory(to: Int16.self).map(Int.init) }
        }
        let (a, b) = (samples(got), samples(truth))
        var best = (shift: Int.max, error: Int.max)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for shift in -reach...reach {
                    var error = 0
                    for i in stride(from: 0, to: min(a.count, b.count - 2 * reach), by: 41) {
                        error &+= abs(a[i] &- b[i &+ reach &- shift])
                    }
                    if error < best.error { best = (shift, error) }
                }
            }
        }
        return best.shift
    }
}
