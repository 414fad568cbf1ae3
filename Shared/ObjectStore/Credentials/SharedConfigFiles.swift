/// The files in which AWS's tools and SDKs keep profiles, and the profile that is meant.
///
/// Sources: AWS SDKs and Tools Reference Guide, "Using shared config and credentials files", "Location of the shared config
/// and credentials files".
public struct SharedConfigFiles: Equatable, Sendable {
    /// Paths; nil where neither a variable nor a home directory tells one.
    public let config: String?
    public let credentials: String?
    public let profile: String
    /// Whether `AWS_PROFILE` names the profile: then it must be there.
    public let isNamed: Bool

    /// - Parameter environment: `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `AWS_PROFILE` and `HOME`; an empty one is
    ///   none.
    public init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = value("HOME")
        config = value("AWS_CONFIG_FILE") ?? home.map { "\($0)/.aws/config" }
        credentials = value("AWS_SHARED_CREDENTIALS_FILE") ?? home.map { "\($0)/.aws/credentials" }
        profile = value("AWS_PROFILE") ?? "default"
        isNamed = value("AWS_PROFILE") != nil
    }

    /// The profile as both files have it; of a property in both, that of the credentials file counts.
    ///
    /// - Parameter text: the text of the file at a path, nil if there is none.
    /// - Returns: nil if neither has it.
    public func read(_ text: (String) -> String?) -> SharedProfile? {
        let inConfig = config.flatMap(text).flatMap { SharedConfigText.section("profile \(profile)", of: $0, profile) }
        let inCredentials = credentials.flatMap(text).flatMap { SharedConfigText.section(profile, of: $0, nil) }
        guard inConfig != nil || inCredentials != nil else { return nil }
        return SharedProfile(properties: (inConfig ?? [:]).merging(inCredentials ?? [:]) { $1 })
    }

    /// For people: the profile and where it was looked for.
    var place: String {
        let paths = [credentials, config].compactMap { $0 }
        return "profile '\(profile)' in " + (paths.isEmpty ? "no file" : paths.joined(separator: " or "))
    }
}

/// What the files say of one profile, by property.
public struct SharedProfile: Equatable, Sendable {
    let properties: [String: String]

    public var region: String? { self["region"] }

    subscript(_ name: String) -> String? { properties[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Its own keys; nil unless it has both.
    var keys: Credentials? {
        guard let accessKey = self["aws_access_key_id"], let secretKey = self["aws_secret_access_key"] else {
            return nil
        }
        return Credentials(accessKey: accessKey, secretKey: secretKey, sessionToken: self["aws_session_token"])
    }

    /// The properties by which a profile names other ways to credentials, which are not gone here.
    var otherWays: [String] {
        ["source_profile", "credential_source", "sso_session", "sso_start_url", "credential_process", "login_session"]
            .filter { self[$0] != nil }
    }
}

/// Sections of lines `name = value`.
enum SharedConfigText {
    /// The properties of the sections with this name, later ones before earlier ones; nil if there is none.
    ///
    /// - Parameter bare: a name that means the same section where it is `default`.
    static func section(_ wanted: String, of text: String, _ bare: String?) -> [String: String]? {
        var found: [String: String]?
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            // A line that begins with a blank belongs to the property above it: of those with such lines none is read here.
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
            if first == "[" {
                let words = line.dropFirst().prefix { $0 != "]" }.split(whereSeparator: \.isWhitespace)
                let name = words.joined(separator: " ")
                isInside = name == wanted || bare == "default" && name == "default"
                if isInside, found == nil { found = [:] }
            } else if isInside, let equals = line.firstIndex(of: "=") {
                let name = trimmed(line[..<equals]).lowercased()
                found?[name] = trimmed(withoutComment(line[line.index(after: equals)...]))
            }
        }
        return found
    }

    /// A comment behind a value begins with a blank and `#` or `;`.
    private static func withoutComment(_ value: Substring) -> Substring {
        var isAfterBlank = false
        for index in value.indices {
            if isAfterBlank, value[index] == "#" || value[index] == ";" { return value[..<index] }
            isAfterBlank = value[index].isWhitespace
        }
        return value
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
