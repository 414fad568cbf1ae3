import Settings

extension MongoAddress {
    /// `MONGODB_URI` and `MONGODB_DATABASE`: one database holds the episodes and the register. Nil only after a mistake.
    public static func read(from read: inout SettingsReader) -> MongoAddress? {
        let uri = read.secret("MONGODB_URI", "mongodb://… with hosts, credentials, TLS and read preference")
        let database = read.string("MONGODB_DATABASE", default: "podinsight", "the database of the episode catalog")
        do throws(Fault) {
            return try MongoAddress(uri: uri.reveal(), database: database)
        } catch {
            // An absent one is named by the reader already.
            if error != .empty {
                read.mistake("\(error == .badDatabaseName ? "MONGODB_DATABASE" : "MONGODB_URI"): \(error.problem)")
            }
            return nil
        }
    }
}
