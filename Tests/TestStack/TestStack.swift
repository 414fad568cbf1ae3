import Glibc

/// What the tests stand on: addresses of a running Kafka, MongoDB and S3, and the folder of the built executables.
///
/// Everything is read from the environment, which `scripts/test` sets and `scripts/stack env` prints. A component that is
/// not named there is a fault of the run, never a reason to skip a test.
public enum TestStack {
    /// A variable that tells the tests where a part of the stack is.
    public enum Part: String, Sendable {
        case kafka = "CUTROOM_TEST_KAFKA"
        case mongoDB = "CUTROOM_TEST_MONGODB"
        case s3 = "CUTROOM_TEST_S3"
        case s3AccessKey = "CUTROOM_TEST_S3_ACCESS_KEY"
        case s3SecretKey = "CUTROOM_TEST_S3_SECRET_KEY"
        case s3AccessLog = "CUTROOM_TEST_S3_ACCESS_LOG"
        case executables = "CUTROOM_TEST_BIN"
        case seed = "CUTROOM_TEST_SEED"
        case script = "CUTROOM_TEST_STACK"
    }

    /// The stack, or a part of it, is not there.
    public struct Missing: Error, CustomStringConvertible {
        public let part: Part

        public var description: String {
            "\(part.rawValue) is not set. Start the stack: scripts/test runs everything; or "
                + "scripts/stack up && eval \"$(scripts/stack env)\", and then swift test."
        }
    }

    /// Kafka's bootstrap servers, `host:port`.
    public static var kafka: String {
        get throws { try value(of: .kafka) }
    }

    /// A MongoDB that answers at a `mongodb://` address, with a tool beside it that is not ours.
    public static var mongoDB: MongoServer {
        get throws { MongoServer(uri: try value(of: .mongoDB)) }
    }

    /// An S3 server that checks signatures.
    public static var s3: S3Server {
        get throws {
            S3Server(
                endpoint: try value(of: .s3), accessKey: try value(of: .s3AccessKey),
                secretKey: try value(of: .s3SecretKey), accessLog: try value(of: .s3AccessLog))
        }
    }

    /// The path of one of our executables, such as `gateway`.
    public static func executable(_ name: String) throws -> String {
        "\(try value(of: .executables))/\(name)"
    }

    /// The settings with which one of our services finds this stack; a test adds its own buckets, database and port.
    public static var serviceEnvironment: [String: String] {
        get throws {
            let s3 = try s3
            return [
                "KAFKA_BOOTSTRAP_SERVERS": try kafka,
                "MONGODB_URI": try mongoDB.uri,
                "AWS_ENDPOINT_URL_S3": s3.endpoint,
                "AWS_REGION": s3.region,
                "AWS_ACCESS_KEY_ID": s3.accessKey,
                "AWS_SECRET_ACCESS_KEY": s3.secretKey,
            ]
        }
    }

    /// A name that no other test and no other run uses, fit for topics, groups, buckets and databases:
    /// at most 63 bytes of `a-z`, `0-9` and `-`, as long as `purpose` is at most 40 of these.
    public static func uniqueName(_ purpose: String) -> String {
        "\(purpose)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    static func value(of part: Part) throws(Missing) -> String {
        guard let value = getenv(part.rawValue), value.pointee != 0 else { throw Missing(part: part) }
        return String(cString: value)
    }
}
