import Testing

@testable import Episodes

struct MongoAddressTests {
    @Test(
        "an address is described by its hosts and database alone",
        arguments: [
            ("mongodb://127.0.0.1:27017/", "127.0.0.1:27017/podinsight"),
            ("mongodb://user:secret@one:1,two:2/db?readPreference=secondaryPreferred", "one:1,two:2/podinsight"),
            ("mongodb://user:s%40cret@one/?tls=true", "one/podinsight"),
            ("mongodb+srv://user:secret@cluster.example.net", "cluster.example.net/podinsight"),
            ("mongodb://[::1]:27017", "[::1]:27017/podinsight"),
        ])
    func described(uri: String, shown: String) throws {
        let address = try MongoAddress(uri: uri, database: "podinsight")
        #expect("\(address)" == shown)
        #expect(String(reflecting: address) == shown)
        #expect(!String(describing: [address]).contains("cret"))
    }

    @Test(
        "an address that can't be used is named without its password",
        arguments: [
            ("", .empty),
            ("http://host/", .notMongoDB),
            ("mongodb://user:sw@rdfish@host/", .credentialsNotEncoded),
            ("mongodb://user:sw/rdfish@host/", .credentialsNotEncoded),
            ("mongodb://user:sw?rdfish=1@host/", .credentialsNotEncoded),
            ("mongodb://user:sw:rdfish@host/", .credentialsNotEncoded),
            ("mongodb://user:sw%rdfish@host/", .credentialsNotEncoded),
            ("mongodb://user:swordfish@host:99999999/", nil),
            ("mongodb://user:swordfish@host/?readPreference=nearby", nil),
            ("mongodb://user:swordfish@/", nil),
            ("mongodb+srv://user:swordfish@host", nil),
        ] as [(String, MongoAddress.Fault?)])
    func refused(uri: String, expected: MongoAddress.Fault?) {
        do throws(MongoAddress.Fault) {
            let address = try MongoAddress(uri: uri, database: "podinsight")
            Issue.record("accepted as \(address)")
        } catch {
            if let expected { #expect(error == expected) }
            #expect(!error.problem.contains("rdfish"))
            #expect(!String(reflecting: error).contains("rdfish"))
        }
    }

    @Test("a certificate file that can't be read is named")
    func certificate() {
        #expect(throws: MongoAddress.Fault.unreadableFile(option: "tlscafile", reason: "No such file or directory")) {
            try MongoAddress(uri: "mongodb://host/?tls=true&tlsCAFile=/nowhere/ca.pem", database: "podinsight")
        }
    }

    @Test("a database name that MongoDB forbids is refused", arguments: ["", "a.b", "a b", "a/b", "$a", "a\0b"])
    func databaseName(name: String) {
        #expect(throws: MongoAddress.Fault.badDatabaseName) {
            try MongoAddress(uri: "mongodb://host/", database: name)
        }
    }
}
