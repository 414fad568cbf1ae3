import Domain
import Testing

@testable import GatewayService

@Suite("the formats that there are")
struct GetFormatsTests {
    @Test("are listed with their media types, for whoever has a key where everything needs one")
    func listed() async throws {
        let gateway = GatewayUnderTest(
            access: try .made(["GATEWAY_KEYS": SampleKey.abc.line("a"), "GATEWAY_KEYS_NEEDED_FOR": "everything"]))
        #expect(await gateway.ask("/api/v1/formats").status == 401)
        let answer = await gateway.ask("/api/v1/formats", headers: ["X-Api-Key": SampleKey.abc.key])
        #expect(answer.status == 200)
        #expect(answer.text.hasPrefix(#"{"formats":[{"format":"mp3","media_type":"audio/mpeg"},"#))
        #expect(answer.text.split(separator: "{").count == 1 + ClipFormat.allCases.count)
    }
}
