import TestStack

/// The official definition of OTLP (opentelemetry-proto's Python classes) as the judge of what is exported.
public enum OTLPCheck {
    private static let script =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/scripts/parts/check-otlp"

    /// - Parameter bodies: of export requests, in JSON.
    /// - Returns: a line for each span, as the definition reads it.
    /// - Throws: if it does not take one of them.
    public static func run(_ bodies: [[UInt8]]) async throws -> [String] {
        let input = Array(bodies.joined(separator: [UInt8(ascii: "\n")]))
        let told = try await Tool.run(script, [], input: input)
        return String(decoding: told, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
