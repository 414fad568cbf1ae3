import Domain
import Episodes
import Flow
import Logging

/// Writes every clip that is ready into the register in MongoDB.
struct KeepRegister: Sendable {
    let register: any ClipRegister
    /// So often an entry may be refused: with the pauses between, for about a minute.
    private static let refusals = 20
    private let failures = RateBound(perMinute: 6)

    init(register: any ClipRegister) { self.register = register }

    func handle(_ incoming: Incoming<ClipReady>) async throws(ClipFault) -> Outcome {
        let event = incoming.event
        let clip = RegisteredClip(
            key: event.objectKey, sizeBytes: event.sizeBytes, storedAtUnixSeconds: event.storedAt)
        do throws(CatalogFault) {
            try await register.record(clip)
        } catch {
            if case .resting = error {
            } else {
                incoming.log.warning(
                    "The register of clips did not take an entry", ["detail": .string(error.description)],
                    bound: failures)
            }
            // A server that is away comes back; one that refuses this very entry again and again needs a person.
            if case .refused = error, incoming.attempt >= Self.refusals {
                throw ClipFault(.internalError, "the register refuses the entry")
            }
            throw error.clipFault
        }
        return .nothing
    }
}
