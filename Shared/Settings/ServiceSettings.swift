/// The settings of a service, declared once: in an init that reads them, from which the help follows too.
///
/// ```swift
/// struct CutterSettings: ServiceSettings {
///     static let prefixes = ["CUTTER_"]
///     let fetchTimeout: Duration
///     init(from read: inout SettingsReader) {
///         fetchTimeout = read.duration(
///             "CUTTER_FETCH_TIMEOUT_MS", default: .seconds(5), in: .seconds(1) ... .seconds(60), "for one range")
///     }
/// }
/// ```
public protocol ServiceSettings: Sendable {
    /// What the service's own variables begin with; others with these prefixes are warned about.
    static var prefixes: [String] { get }

    /// Reads every setting, whatever went wrong before: mistakes are collected by the reader.
    init(from read: inout SettingsReader)
}

extension ServiceSettings {
    /// - Parameter warn: is given a sentence for each variable that looks like ours and that nothing reads.
    /// - Throws: `SettingsFault` that names every mistake.
    public init(
        environment: [String: String],
        readFile: @escaping (String) -> Result<String, SettingsFileFault> = Environment.readFile,
        warn: (String) -> Void = { _ in }
    ) throws(SettingsFault) {
        var read = SettingsReader(environment: environment, prefixes: Self.prefixes, readFile: readFile)
        self.init(from: &read)
        try read.finish()
        for warning in read.warnings { warn(warning) }
    }

    /// The table of all settings for `--help`, from the same declarations.
    public static func help() -> String {
        var read = SettingsReader(describing: prefixes)
        _ = Self(from: &read)
        return read.help()
    }
}
