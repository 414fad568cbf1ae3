extension SettingsReader {
    /// A value that neither the help nor a mistake shows.
    public mutating func secret(_ name: String, _ meaning: String) -> Secret {
        secret(name, nil, required: true, meaning) ?? Secret("")
    }

    /// With a default that is no secret itself: the address of a database without a password.
    public mutating func secret(_ name: String, default fallback: String, _ meaning: String) -> Secret {
        secret(name, Secret(fallback), required: false, meaning) ?? Secret(fallback)
    }

    public mutating func optionalSecret(_ name: String, _ meaning: String) -> Secret? {
        secret(name, nil, required: false, meaning)
    }

    /// Settings that are passed on under names of their own: with the prefix `KAFKA_PROPERTY_`, the variable
    /// `KAFKA_PROPERTY_SASL_MECHANISM` becomes `sasl.mechanism`. Any of them may be a secret.
    ///
    /// - Parameter separator: what each `_` behind the prefix becomes.
    public mutating func map(_ prefix: String, separator: String = ".", _ meaning: String) -> [String: Secret] {
        declare(
            SettingsTable.Row(
                name: prefix + "…", fallback: "", accepted: "text, secret", meaning: meaning))
        var found: [String: Secret] = [:]
        for (name, text) in texts(withPrefix: prefix) {
            found[name.lowercased().split(separator: "_").joined(separator: separator)] = Secret(text)
        }
        return found
    }

    private mutating func secret(
        _ name: String, _ fallback: Secret?, required: Bool, _ meaning: String
    ) -> Secret? {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: required, accepted: "text, secret", hidesValue: true,
            meaning: meaning, show: { $0.reveal() })
        return read(setting) { text throws(Malformed) in Secret(text) }
    }
}
