import ObjectStore
import Settings
import Testing

@testable import Wiring

@Suite("the settings of a CDN")
struct CDNSettingsTests {
    private func read(_ environment: [String: String]) throws -> (any URLSigner)? {
        var read = SettingsReader(environment: environment)
        let settings = CDNSettings(from: &read)
        try read.finish()
        #expect(read.warnings == [])
        return settings.signer(.standard)
    }

    @Test("without an address URLs lead to the store, with one to the CDN")
    func plain() throws {
        #expect(try read([:]) == nil)
        let signer = try #require(try read(["CLIPS_CDN_BASE_URL": "https://cdn.example.org/x/"]))
        #expect(try signer.signedURL(key: "k.mp3", atUnixSeconds: 0).url == "https://cdn.example.org/x/k.mp3")
    }

    @Test(
        "half of a pair, and what is no key or time, is named at the start",
        arguments: [
            (["CLIPS_CDN_KEY_ID": "K1"], "CLIPS_CDN_KEY_ID and CLIPS_CDN_PRIVATE_KEY"),
            (["CLIPS_CDN_PRIVATE_KEY": "hush"], "CLIPS_CDN_KEY_ID and CLIPS_CDN_PRIVATE_KEY"),
            (["CLIPS_CDN_KEY_ID": "K1", "CLIPS_CDN_PRIVATE_KEY": "hush"], "CLIPS_CDN_PRIVATE_KEY: is no private key"),
            (["CLIPS_CDN_KEY_ID": "K&1", "CLIPS_CDN_PRIVATE_KEY": "hush"], "CLIPS_CDN_KEY_ID: must be letters"),
            (["CLIPS_CDN_NEXT_FROM": "2026-01-31T12:00:00Z"], "CLIPS_CDN_NEXT_FROM: goes with"),
            (["CLIPS_CDN_NEXT_FROM": "soon"], "CLIPS_CDN_NEXT_FROM: must be like"),
        ])
    func mistakes(environment: [String: String], says: String) {
        do {
            _ = try read(environment.merging(["CLIPS_CDN_BASE_URL": "https://cdn.example.org"]) { $1 })
            Issue.record("\(environment) was taken")
        } catch {
            #expect("\(error)".contains(says) && !"\(error)".contains("hush"), "\(error)")
        }
    }
}
