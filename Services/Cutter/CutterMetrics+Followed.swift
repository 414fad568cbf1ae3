import Bounded
import ObjectStore
import Telemetry

extension Metrics {
    /// Has the figures of slots told, as long as they are there.
    func follow(_ slots: WorkSlots) {
        gauge(Metric("cutroom_cut_slots", "So many cuts may run at once.")) { [weak slots] in
            slots.map { Double($0.count) }
        }
        gauge(Metric("cutroom_cut_slots_busy", "Cuts that run.")) { [weak slots] in slots.map { Double($0.inUse) } }
        gauge(Metric("cutroom_cuts_waiting", "Cuts that wait for a slot.")) { [weak slots] in
            slots.map { Double($0.waiting) }
        }
    }

    func follow(_ audit: ClipAudit) {
        counters(Metric("cutroom_audits_total", "Clips looked at after they were published."), by: "result") {
            [weak audit] in
            guard let counts = audit?.counts else { return [] }
            return [
                (["right"], UInt64(counts.audited - counts.faulty)), (["wrong"], UInt64(counts.faulty)),
                (["unfinished"], UInt64(counts.unfinished)), (["dropped"], UInt64(counts.dropped)),
            ]
        }
        counters(Metric("cutroom_audit_remakes_total", "Wrong clips that were made again and replaced.")) {
            [weak audit] in audit.map { [([], UInt64($0.counts.remade))] } ?? []
        }
    }
}

extension MeasuredStore {
    /// The store of sources, whose bytes are counted too.
    package static func ofSources(_ store: any ObjectStore, _ metrics: Metrics) -> MeasuredStore {
        MeasuredStore(
            store, bucket: "source", metrics: metrics,
            bytesRead: metrics.counter(Metric("cutroom_source_bytes_total", "Bytes read from the source bucket.")))
    }

    package static func ofClips(_ store: any ObjectStore, _ metrics: Metrics) -> MeasuredStore {
        MeasuredStore(store, bucket: "clips", metrics: metrics)
    }
}
