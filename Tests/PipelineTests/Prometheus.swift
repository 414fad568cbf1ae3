import FoundationEssentials
import TestStack

/// A Prometheus of Debian's, which scrapes every quarter of a second.
struct Prometheus: Sendable {
    let process: ServiceProcess
    private let port: Int

    /// - Parameter ports: of the targets on this machine.
    static func start(in folder: TemporaryFolder, scraping ports: [Int]) async throws -> Prometheus {
        let targets = ports.map { "'127.0.0.1:\($0)'" }.joined(separator: ", ")
        try folder.write(
            "prometheus.yml",
            """
            global: { scrape_interval: 250ms, scrape_timeout: 250ms }
            scrape_configs:
              - job_name: cutroom
                static_configs: [{ targets: [\(targets)] }]
            """)
        let port = TestStack.freePort()
        let process = try await ServiceProcess(
            "prometheus",
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ])
        return Prometheus(process: process, port: port)
    }

    /// What an instant query gives: one number for each series; nil while Prometheus does not answer.
    func numbers(_ query: String) async throws -> [Double]? {
        let words = query.utf8.map { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        guard
            let reply = try? await HTTPFetch.get(
                "http://127.0.0.1:\(port)/api/v1/query?query=\(words.joined())"), reply.status == 200
        else { return nil }
        struct Answer: Decodable {
            struct Found: Decodable {
                struct Series: Decodable { let value: Sample }
                let result: [Series]
            }
            struct Sample: Decodable {
                let number: Double

                init(from decoder: any Decoder) throws {
                    var pair = try decoder.unkeyedContainer()
                    _ = try pair.decode(Double.self)
                    number = Double(try pair.decode(String.self)) ?? .nan
                }
            }
            let data: Found
        }
        return try JSONDecoder().decode(Answer.self, from: Data(reply.body)).data.result.map(\.value.number)
    }

    func number(_ query: String) async throws -> Double? { try await numbers(query)?.first }
}
