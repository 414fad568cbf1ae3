import Settings

/// What a client may use of one thing: the whole quota at once, and then as it comes back, evenly over the window.
///
/// The generic cell rate algorithm (ITU-T I.371, annex A), for which one number for each client is enough: the moment from
/// which on its quota would be whole again. All times are nanoseconds of one clock.
struct Quota: Sendable {
    let count: Int64
    /// In which a used up quota comes back.
    let windowNs: Int64
    /// After which one unit has come back.
    private let unitNs: Int64

    init(_ rate: Rate) {
        count = Int64(rate.count)
        unitNs = max(1, rate.period.components.seconds * 1_000_000_000 / count)
        windowNs = unitNs * count
    }

    var windowSeconds: Int64 { max(1, (windowNs + 500_000_000) / 1_000_000_000) }

    /// Uses one unit.
    ///
    /// - Parameter wholeAt: when the quota is whole again; later after this.
    /// - Returns: false, and nothing is used, if there is none left.
    func take(_ wholeAt: inout Int64, now: Int64) -> Bool {
        let next = max(wholeAt, now) + unitNs
        guard next - now <= windowNs else { return false }
        wholeAt = next
        return true
    }

    /// Uses units that another gateway has given already, be it more than are left.
    ///
    /// What is owed so never lasts longer than ``longestDebtNs`` beyond the window, whatever somebody writes.
    ///
    /// - Parameter wholeAt: when the quota is whole again; later after this.
    func owe(_ units: Int, _ wholeAt: inout Int64, now: Int64) {
        let most = windowNs + max(windowNs, Self.longestDebtNs)
        let (cost, isTooLong) = unitNs.multipliedReportingOverflow(by: Int64(units))
        wholeAt = now + min(most, max(0, wholeAt - now) + (isTooLong ? most : min(most, cost)))
    }

    /// Ten minutes; for a longer window as long as that. Long enough that a hundred gateways, each of which lets a whole quota
    /// pass before it hears of the others, hold a rate per second all the same.
    private static let longestDebtNs: Int64 = 600 * 1_000_000_000

    func left(_ wholeAt: Int64, now: Int64) -> Int64 { max(0, windowNs - max(0, wholeAt - now)) / unitNs }

    /// Seconds until one unit can be used, rounded up; 0 if that is now.
    func secondsUntilOne(_ wholeAt: Int64, now: Int64) -> Int64 { Self.seconds(wholeAt - now - (windowNs - unitNs)) }

    /// Seconds until all of it can be used, rounded up.
    func secondsUntilWhole(_ wholeAt: Int64, now: Int64) -> Int64 { Self.seconds(wholeAt - now) }

    private static func seconds(_ nanoseconds: Int64) -> Int64 {
        nanoseconds <= 0 ? 0 : (nanoseconds + 999_999_999) / 1_000_000_000
    }
}
