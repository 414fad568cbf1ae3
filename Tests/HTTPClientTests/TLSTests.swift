import TestStack
import Testing

@testable import HTTPClient

/// Against `openssl s_server` with a certificate made here.
@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private func makeCertificate(for name: String) async throws -> (certificate: TemporaryFile, key: TemporaryFile) {
        let key = try TemporaryFile(holding: [])
        let certificate = try TemporaryFile(holding: [])
        try await Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=test", "-addext", "subjectAltName=\(name)", "-keyout", key.path, "-out", certificate.path,
            ])
        return (certificate, key)
    }

    private func fault(_ client: HTTPClient, _ url: String) async -> HTTPClientFault? {
        do throws(HTTPClientFault) {
            _ = try await client.send(HTTPClientRequest(.get, url), bodyLimitBytes: 1_000_000)
            return nil
        } catch {
            return error
        }
    }

    @Test("a certificate is accepted from a known authority for its own host, and else refused")
    func verified() async throws {
        for (name, isAccepted) in [("IP:127.0.0.1", true), ("IP:127.0.0.2", false)] {
            let (certificate, key) = try await makeCertificate(for: name)
            let port = TestStack.freePort()
            let server = try await ServiceProcess(
                "openssl",
                ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate.path, "-key", key.path, "-www"])
            let knowing = HTTPClient(HTTPClientSettings(caFile: certificate.path))
            let url = "https://127.0.0.1:\(port)/"
            let first = try await eventually("the TLS server answers") {
                switch await fault(knowing, url) {
                case .unreachable, .reset: nil as String?
                case .tls: "refused"
                case let other: other.map { "\($0)" } ?? "accepted"
                }
            }
            #expect(first == (isAccepted ? "accepted" : "refused"))
            guard case .tls = await fault(HTTPClient(), url) else {
                Issue.record("a certificate that nobody vouches for was accepted")
                return
            }
            withExtendedLifetime((server, certificate, key)) {}
        }
    }
}
