import Logging
import Settings
import Testing

@testable import GatewayService

extension AccessSettings {
    /// As the environment says.
    static func made(_ environment: [String: String], limits: Bool = false) throws -> AccessSettings {
        var read = SettingsReader(environment: environment)
        let settings = AccessSettings(from: &read, limits: limits, isAlone: false)
        try read.finish()
        return settings
    }

    /// Anyone may do anything.
    static var none: AccessSettings {
        var read = SettingsReader(environment: [:])
        return AccessSettings(from: &read, limits: false, isAlone: false)
    }
}

/// A key and its hash, as `printf %s KEY | sha256sum` gives it.
struct SampleKey {
    let key: String
    let hash: String

    /// FIPS 180-4's example.
    static let abc = SampleKey(key: "abc", hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    static let other = SampleKey(
        key: "cutroom_other", hash: "abbf79cc46925422b7e656bd32016ad8b14240e3ed25526d94453d6341d2e88c")

    func line(_ name: String, _ more: String = "") -> String { "\(name) sha256:\(hash) \(more)" }
}
