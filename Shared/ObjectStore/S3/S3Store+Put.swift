import HTTPClient
import Hashing
import Text

/// PUT, in a form that the store takes: not all know a condition, or a checksum in a header.
extension S3Store {
    /// What a PUT has beside its object.
    private struct Form: Hashable {
        var isConditional: Bool
        var hasChecksumHeader: Bool
    }

    private enum Verdict {
        case done(PutOutcome)
        /// It may have been the form that was refused.
        case refused(ObjectStoreFault)
        /// The condition is said not to hold, and yet nothing lies there.
        case contradiction(ObjectStoreFault)
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        let named = try attributes.headers()
        let known = goesWithout.withLock { $0 }
        let full = Form(
            isConditional: condition == .ifAbsent && !known.contains(.condition),
            hasChecksumHeader: !known.contains(.checksumHeader))
        var first: ObjectStoreFault?
        // Only a refusal by status is about the checksum; a contradiction is about the condition.
        var mayBeChecksum = false
        for form in Self.forms(from: full) where mayBeChecksum || form.hasChecksumHeader == full.hasChecksumHeader {
            var verdict = try await attempt(form, key, bytes, named)
            // An object that was deleted in that moment is the other explanation.
            if case .contradiction = verdict { verdict = try await attempt(form, key, bytes, named) }
            switch verdict {
            case .done(let outcome):
                if full.isConditional, !form.isConditional { learn(.condition) }
                if full.hasChecksumHeader, !form.hasChecksumHeader { learn(.checksumHeader) }
                return outcome
            case .refused(let fault):
                mayBeChecksum = true
                first = first ?? fault
            case .contradiction(let fault): first = first ?? fault
            }
        }
        throw first ?? .malformedAnswer(what: "a PUT in no form")
    }

    /// The form itself, and those with less, the likelier first: each of them is tried once in the life of a store, until one
    /// is taken.
    private static func forms(from full: Form) -> [Form] {
        [(false, false), (true, false), (false, true), (true, true)].compactMap { leavesCondition, leavesChecksum in
            if leavesCondition, !full.isConditional { return nil }
            if leavesChecksum, !full.hasChecksumHeader { return nil }
            return Form(
                isConditional: full.isConditional && !leavesCondition,
                hasChecksumHeader: full.hasChecksumHeader && !leavesChecksum)
        }
    }

    private func learn(_ part: S3Notice.PutPart) {
        if goesWithout.withLock({ $0.insert(part).inserted }) { notice(.goesWithout(part)) }
    }

    private func attempt(
        _ form: Form, _ key: String, _ bytes: [UInt8], _ named: [(name: String, value: String)]
    ) async throws(ObjectStoreFault) -> Verdict {
        let checksum =
            form.hasChecksumHeader
            ? (name: "x-amz-checksum-sha256", value: Base64.encode(SHA256.digest(bytes)))
            : (name: "content-md5", value: Base64.encode(MD5.digest(bytes)))
        let answer = try await send(
            request(
                .put, key, signing: named + [checksum],
                sending: form.isConditional ? [("if-none-match", "*")] : [], body: bytes))
        switch answer.status {
        case 200, 201, 204:
            return .done(
                .stored(
                    etag: answer.headers["etag"].flatMap { ETag($0) },
                    atUnixSeconds: answer.headers["date"].flatMap(WallTime.init(httpDate:))?.seconds ?? now()))
        case 412 where form.isConditional, 304 where form.isConditional:
            return try await explain(answer.status, key)
        default:
            let mayBeAboutForm = S3ErrorAnswer(answer.head, body: answer.body).mayBeAboutForm
            let fault = refusal(HTTPClientRequest.Method.put.action, on: key, answer.head, answer.body)
            if mayBeAboutForm { return .refused(fault) }
            throw fault
        }
    }

    /// "The condition does not hold" means that the object is there already; but some stores answer every condition so.
    private func explain(_ status: Int, _ key: String) async throws(ObjectStoreFault) -> Verdict {
        do throws(ObjectStoreFault) {
            if try await head(key) != nil { return .done(.alreadyThere) }
            return .contradiction(.refused(status: status, code: ""))
        } catch {
            // Whoever may not look is to believe what S3 means by it.
            if case .denied = error, status == 412 { return .done(.alreadyThere) }
            throw error
        }
    }
}
