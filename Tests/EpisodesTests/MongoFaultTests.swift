import CMongoc
import Domain
import Testing

@testable import Episodes

struct MongoFaultTests {
    /// Codes from MongoDB's manual, "Error Codes".
    @Test(
        "what a server says decides whether asking again helps",
        arguments: [
            (10107, .unavailable("x")),  // NotWritablePrimary
            (189, .unavailable("x")),  // PrimarySteppedDown
            (11600, .unavailable("x")),  // InterruptedAtShutdown
            (91, .unavailable("x")),  // ShutdownInProgress
            (50, .timedOut("x")),  // MaxTimeMSExpired
            (18, .refused("x")),  // AuthenticationFailed
            (13, .refused("x (code 13)")),  // Unauthorized
            (121, .refused("x (code 121)")),  // DocumentValidationFailure
        ] as [(UInt32, CatalogFault)])
    func server(code: UInt32, fault: CatalogFault) {
        #expect(MongoFault(domain: MONGOC_ERROR_SERVER, code: code, message: "x").catalogFault == fault)
    }

    @Test("a second document under a unique key is told apart from every other refusal")
    func duplicate() {
        #expect(MongoFault(domain: MONGOC_ERROR_SERVER, code: 11000, message: "").isDuplicateKey)
        #expect(!MongoFault(domain: MONGOC_ERROR_SERVER, code: 121, message: "").isDuplicateKey)
        #expect(!MongoFault(domain: MONGOC_ERROR_STREAM, code: 11000, message: "").isDuplicateKey)
    }

    @Test("only what the episode's data decides is permanent")
    func fates() {
        let permanent: [CatalogFault] = [.noSuchEpisode, .noTranscript, .noSuchChunk, .badEpisodeData("")]
        let transient: [CatalogFault] = [.unavailable(""), .timedOut(""), .refused(""), .tooManyWaiting, .closed]
        #expect(permanent.allSatisfy { $0.fate == .permanent })
        #expect(transient.allSatisfy { $0.fate == .transient })
    }

    @Test("the asker is not told the server's words, the log is")
    func words() {
        let fault = CatalogFault.unavailable("connection refused calling hello on 'mongo-1.internal:27017'")
        #expect(!fault.clipFault.detail.contains("mongo-1"))
        #expect("\(fault)".contains("mongo-1"))
    }
}
