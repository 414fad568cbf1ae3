import Telemetry

extension ClipState {
    struct Figures: Sendable {
        var entries: Int
        var tableBytes: Int
        var tableLimitBytes: Int
        var evictions: UInt64
        var waiters: Int
        var flights: Int
        /// Those of them that are made while others' work leaves room.
        var deferred: Int
        var followers: Int
        /// Clips being made, here and for other gateways.
        var backlog: Int
        /// Requests refused since the start because their clip could not have been ready in time.
        var refused: UInt64 { late + unmeasured }
        var late: UInt64
        var unmeasured: UInt64
        /// Clips that were not begun since the start because there was no room for the waiter or the flight.
        var full: UInt64
        /// Clips that were asked for here by the bulk lane, for nobody who waits, and that are not ready.
        var bulk: Int
        /// The same that were not begun since the start because of the limit.
        var bulkRefused: UInt64
        /// Clips asked for a second time since the start because no answer came.
        var hedged: UInt64
    }

    /// Has its figures told, as long as it is there.
    func tell(_ metrics: Metrics) {
        let gauges: [(Metric, @Sendable (Figures) -> Int)] = [
            (Metric("cutroom_clip_table_entries", "Ready clips in the table of hits."), { $0.entries }),
            (Metric("cutroom_clip_table_bytes", "What the clips in the table take.", unit: .bytes), { $0.tableBytes }),
            (
                Metric("cutroom_clip_table_limit_bytes", "What the clips in the table may take.", unit: .bytes),
                { $0.tableLimitBytes }
            ),
            (Metric("cutroom_waiters", "Requests whose connection is held until their clip is ready."), { $0.waiters }),
            (Metric("cutroom_flights", "Clips that somebody here asked for and that are being made."), { $0.flights }),
            (
                Metric(
                    "cutroom_flights_deferred",
                    "Clips that are made while others' leave room, since their client has many under way."),
                { $0.deferred }
            ),
            (Metric("cutroom_backlog_clips", "Clips that are being made, for all gateways."), { $0.backlog }),
            (
                Metric(
                    "cutroom_bulk_clips", "Clips asked for here by the bulk lane, for nobody who waits, and not ready."),
                { $0.bulk }
            ),
            (
                Metric("cutroom_followers", "Connections that follow a clip by server-sent events."),
                { $0.followers }
            ),
        ]
        for (metric, figure) in gauges {
            metrics.gauge(metric) { [weak self] in self.map { Double(figure($0.figures)) } }
        }
        metrics.counters(
            Metric("cutroom_clip_table_evictions_total", "Clips that had to go since the table was full.")
        ) { [weak self] in self.map { [([], $0.figures.evictions)] } ?? [] }
        metrics.counters(
            Metric("cutroom_admission_refusals_total", "Clips that were not begun."), by: "reason"
        ) { [weak self] in
            guard let figures = self?.figures else { return [] }
            return [
                (["late"], figures.late), (["unmeasured"], figures.unmeasured), (["full"], figures.full),
                (["bulk"], figures.bulkRefused),
            ]
        }
    }
}

extension ClipStateContents {
    mutating func figures(at now: ContinuousClock.Instant) -> ClipState.Figures {
        ClipState.Figures(
            entries: table.count, tableBytes: table.bytes, tableLimitBytes: table.limitBytes,
            evictions: table.evictions, waiters: flights.waiterCount, flights: flights.count,
            deferred: flights.deferred, followers: followers.count, backlog: backlogCount(at: now),
            late: admission.late,
            unmeasured: admission.unmeasuredRefusals, full: full, bulk: bulk.count, bulkRefused: bulk.refused,
            hedged: flights.hedged)
    }
}
