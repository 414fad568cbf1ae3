import Testing

@testable import Hashing

@Suite struct ConstantTimeTests {
    @Test(
        "bytes are equal only if all of them are",
        arguments: [
            ([], [], true), ([1, 2], [1, 2], true), ([1, 2], [1, 3], false), ([1], [1, 2], false), ([0], [], false),
        ] as [([UInt8], [UInt8], Bool)])
    func equality(left: [UInt8], right: [UInt8], same: Bool) { #expect(equalInConstantTime(left, right) == same) }
}
