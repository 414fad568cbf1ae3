import Domain
import Episodes
import Flow

/// Writes every clip that is ready into the register in MongoDB.
struct KeepRegister: Sendable {
    let register: any ClipRegister

    func handle(_ incoming: Incoming<ClipReady>) async throws(ClipFault) -> Outcome {
        let event = incoming.event
        let key: ObjectKey
        do throws(EventFault) { key = try event.key() } catch { throw ClipFault(.internalError, error.detail) }
        let clip = RegisteredClip(
            key: key, sizeBytes: event.sizeBytes, storedAtUnixSeconds: event.storedAt)
        do throws(CatalogFault) { try await register.record(clip) } catch { throw error.clipFault }
        return .nothing
    }
}
