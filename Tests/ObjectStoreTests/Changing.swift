import ObjectStore
import Synchronization

/// Credentials that a test exchanges, or takes away.
final class Changing: CredentialsSource {
    private let credentials: Mutex<Credentials?>

    init(_ credentials: Credentials?) { self.credentials = Mutex(credentials) }

    func change(to credentials: Credentials?) { self.credentials.withLock { $0 = credentials } }

    func current() throws(ObjectStoreFault) -> Credentials {
        guard let credentials = credentials.withLock({ $0 }) else { throw .noCredentials(reason: "taken away") }
        return credentials
    }
}
