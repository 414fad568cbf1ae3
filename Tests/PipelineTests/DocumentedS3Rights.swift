import FoundationEssentials

/// One action of one user on one resource.
struct S3Right: Hashable, CustomStringConvertible {
    let user: String
    let action: String
    let resource: String

    var description: String { "\(action) on \(resource) of \(user)" }
    var bucket: String { String(resource.dropFirst(Self.scheme.count).prefix { $0 != "/" }) }
    /// What stands behind the bucket: `/audio_clips/*`.
    var keys: String { String(resource.dropFirst(Self.scheme.count + bucket.count)) }

    private static let scheme = "arn:aws:s3:::"
}

/// The bucket policies that docs/operations.md gives, for buckets and users of a test's own.
struct DocumentedS3Rights {
    let all: [S3Right]

    struct NotThere: Error {
        let what: String
    }

    /// - Parameter names: each name of a bucket or a user in the documentation, and the test's.
    init(_ names: [String: String]) throws {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: top.appending(path: "docs/operations.md"), encoding: .utf8)
        var all: [S3Right] = []
        for file in ["sources.json", "clips.json"] {
            let mark = "cat >\(file) <<'END'\n"
            guard let start = page.firstRange(of: mark)?.upperBound,
                let end = page[start...].firstRange(of: "\n    END")
            else { throw NotThere(what: mark) }
            var text = String(page[start..<end.lowerBound])
            for (documented, own) in names { text = text.replacing(documented, with: own) }
            let policy = try JSONDecoder().decode(Policy.self, from: Data(text.utf8))
            for statement in policy.statements {
                guard statement.effect == "Allow" else { throw NotThere(what: "only Allow in \(file)") }
                for user in statement.principal.users {
                    for action in statement.action.words {
                        for resource in statement.resource.words {
                            all.append(S3Right(user: user, action: action, resource: resource))
                        }
                    }
                }
            }
        }
        self.all = all
    }

    /// The policy of a bucket that gives what is documented, but for one right.
    func policy(of bucket: String, without missing: S3Right?) -> String {
        let statements = all.filter { $0.bucket == bucket && $0 != missing }.map {
            #"{"Effect":"Allow","Principal":{"AWS":["\#($0.user)"]},"Action":"\#($0.action)","Resource":"\#($0.resource)"}"#
        }
        return #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#
    }
}

private struct Policy: Decodable {
    struct Statement: Decodable {
        struct Principal: Decodable {
            let users: [String]
            enum CodingKeys: String, CodingKey { case users = "AWS" }
        }

        let effect: String
        let principal: Principal
        let action: OneOrMore
        let resource: OneOrMore
        enum CodingKeys: String, CodingKey {
            case effect = "Effect"
            case principal = "Principal"
            case action = "Action"
            case resource = "Resource"
        }
    }

    let statements: [Statement]
    enum CodingKeys: String, CodingKey { case statements = "Statement" }
}

/// Policies write one word without brackets.
private struct OneOrMore: Decodable {
    let words: [String]

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        words = try (try? value.decode([String].self)) ?? [value.decode(String.self)]
    }
}
