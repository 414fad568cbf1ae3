import CMongoc
import Domain

/// Why a call to the database failed, as far as callers decide by it.
enum MongoFault: Error, Hashable, Sendable {
    case unavailable(String)
    case timedOut(String)
    /// The server's own refusal, with its number (mongodb.com, "Error Codes").
    case server(code: Int32, message: String)
    /// The client's credentials were not accepted.
    case notAuthenticated(String)
    /// libmongoc or the server broke the protocol, or our request was malformed.
    case misunderstood(String)
    case tooManyWaiting
    case closed

    enum ServerCode {
        static let duplicateKey: Int32 = 11000
        static let namespaceExists: Int32 = 48
        static let documentValidation: Int32 = 121

        static let timeLimit: Set<Int32> = [50, 262]
        /// No primary, a change of primary, or a server that stops (the drivers' specification, "Server Discovery and
        /// Monitoring", and the retryable errors of "Retryable Reads").
        static let passing: Set<Int32> = [
            6, 7, 89, 91, 134, 189, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
        ]
        static let authentication: Set<Int32> = [18, 11]
    }

    /// - Parameters: what `bson_error_t` says under version 2 of the error API, where server codes have a domain of their own.
    init(domain: mongoc_error_domain_t, code: UInt32, message: String) {
        let number = Int32(bitPattern: code)
        let late = message.contains("timeout") || message.contains("timed out")
        switch domain {
        case MONGOC_ERROR_SERVER, MONGOC_ERROR_WRITE_CONCERN:
            if ServerCode.timeLimit.contains(number) {
                self = .timedOut(message)
            } else if ServerCode.passing.contains(number) {
                self = .unavailable(message)
            } else if ServerCode.authentication.contains(number) {
                self = .notAuthenticated(message)
            } else {
                self = .server(code: number, message: message)
            }
        case MONGOC_ERROR_CLIENT where code == MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue:
            self = .notAuthenticated(message)
        case MONGOC_ERROR_SASL, MONGOC_ERROR_SCRAM: self = .notAuthenticated(message)
        case MONGOC_ERROR_SERVER_SELECTION where message.contains("Authentication failed"):
            self = .notAuthenticated(message)
        case MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_POOL, MONGOC_ERROR_CLIENT: self = .unavailable(message)
        case MONGOC_ERROR_STREAM: self = late ? .timedOut(message) : .unavailable(message)
        default: self = .misunderstood(message)
        }
    }

    var isDuplicateKey: Bool {
        if case .server(ServerCode.duplicateKey, _) = self { true } else { false }
    }

    /// The collection's validator did not accept the document.
    var isRefusedDocument: Bool {
        if case .server(ServerCode.documentValidation, _) = self { true } else { false }
    }

    /// The server's own words go with it, on one line and bounded: they are for the log.
    var catalogFault: CatalogFault {
        switch self {
        case .unavailable(let why): .unavailable(Self.line(why))
        case .timedOut(let why): .timedOut(Self.line(why))
        case .server(let code, let message): .refused("\(Self.line(message)) (code \(code))")
        case .notAuthenticated(let why): .refused(Self.line(why))
        case .misunderstood(let why): .refused(Self.line(why))
        case .tooManyWaiting: .tooManyWaiting
        case .closed: .closed
        }
    }

    /// MongoDB's "not authorized on … to execute command { … }" goes on with the whole command.
    private static let longestWords = 300

    private static func line(_ words: String) -> String {
        let clean = words.unicodeScalars.prefix(longestWords).map { $0.isControl ? " " : String($0) }.joined()
        return words.unicodeScalars.count > longestWords ? clean + "…" : clean
    }
}
