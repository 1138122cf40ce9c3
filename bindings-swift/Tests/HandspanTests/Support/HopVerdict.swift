import Foundation

@testable import Handspan

/// What a scenario's run says. The first four are told from the wire alone, whatever the table expects.
struct HopVerdict: Sendable {
    /// Requests with a header of ours at a host that is not the app's.
    var leaks = 0
    /// Requests to the app's own host that the table wants to carry ours, and that don't.
    var misses = 0
    /// Requests on which a trace header stands twice.
    var twice = 0
    /// Requests with the span id of an earlier one, and not named in the table.
    var sameSpan = 0
    /// Requests with the span id of an earlier one, as the table says, with the reason.
    var named: [String] = []
    /// All that is not as the table says, in words.
    var faults: [String] = []
    var requests = 0

    private let scenario: HopScenario
    private let run: HopRun

    static let platform = "urlsession"

    init(_ scenario: HopScenario, _ roles: [String: HopTable.Role], _ run: HopRun) {
        (self.scenario, self.run) = (scenario, run)
        requests = run.stage.arrivals.count
        if requests != run.stage.hops.count {
            let seen = run.stage.arrivals.map { "\($0.request.method) \($0.role)\($0.request.target)" }
            faults.append("\(requests) requests arrived, not \(run.stage.hops.count): \(seen)")
        }
        var traces: [Int: String] = [:]
        var spans: Set<String> = []
        for (number, (hop, arrival)) in zip(run.stage.hops, run.stage.arrivals).enumerated() {
            let call = hop.call?.index ?? 0
            let label = "hop \(number + 1), \(hop.at)"
            judge(arrival, hop, ours: ours(arrival.request, call), roles, label)
            guard let trace = WireTrace.all(ours(arrival.request, call)).first else { continue }
            if spans.insert(trace.spanID).inserted == false {
                if let why = hop.sent_again?[Self.platform] { named.append(why) } else { sameSpan += 1 }
            } else if hop.sent_again?[Self.platform] != nil {
                faults.append("\(label): not sent again with the same span, as the table says")
            }
            if traces.updateValue(trace.traceID, forKey: call).map({ $0 != trace.traceID }) == true {
                faults.append("\(label): another trace than the call's hop before")
            }
        }
        if Set(traces.values).count != traces.count { faults.append("two calls of one trace") }
        for (number, call) in scenario.calls.enumerated() { judgeEnd(call, number) }
        judgeEvents()
    }

    /// The trace headers that the app did not set as they are.
    private func ours(_ request: TestServer.Request, _ call: Int) -> [String: String] {
        let apps = scenario.calls[...call].reduce(into: [String: String]()) { all, call in
            for (name, value) in call.headers ?? [:] { all[name.lowercased()] = value.values.joined(separator: ", ") }
        }
        return request.traceHeaders.filter { apps[$0.key] != $0.value }
    }

    private mutating func judge(
        _ arrival: HopStage.Arrival, _ hop: HopScenario.Hop, ours: [String: String], _ roles: [String: HopTable.Role],
        _ label: String
    ) {
        let request = arrival.request
        if let url = run.stage.url(hop.at) {
            let target = (url.path.isEmpty ? "/" : url.path) + (url.query.map { "?\($0)" } ?? "")
            let method = hop.method ?? "GET"
            if !hop.at.contains(arrival.role) || request.target != target || request.method != method {
                faults.append("\(label): it is \(request.method) \(arrival.role)\(request.target)")
            }
        }
        if !request.repeated.isDisjoint(with: request.traceHeaders.keys) { twice += 1 }
        if !ours.isEmpty, roles[arrival.role]?.first_party != true { leaks += 1 }

        let carries = hop.missed?[Self.platform] == nil ? hop.carries : "none"
        if carries == "none" {
            if !ours.isEmpty { faults.append("\(label): it carries \(ours)") }
        } else if ours.isEmpty {
            misses += 1
        } else {
            judge(ours, decision: carries, label)
        }
        for (name, values) in hop.app ?? [:] {
            let value = values.values.joined(separator: ", ")
            let found = request.headers[name.lowercased()]
            let isWhole = found == value
            // Ours stand before the app's members of `tracestate`, and behind those of `baggage`.
            let isFirst = found?.hasPrefix("\(value),") == true
            let isMerged = name == "baggage" ? isFirst : found?.hasSuffix(",\(value)") == true
            if !isWhole, carries == "none" || !isMerged {
                faults.append("\(label): \(name) is \(found ?? "missing"), not \(value)")
            }
        }
    }

    private mutating func judge(_ ours: [String: String], decision carries: String, _ label: String) {
        let formats = scenario.config?.formats ?? ["datadog", "tracecontext"]
        var names = formats.reduce(into: Set<String>()) { $0.formUnion(WireTrace.names[$1] ?? []) }
        if carries == "ours, not kept" { names.subtract(WireTrace.names["sw8"] ?? []) }
        if Set(ours.keys) != names {
            faults.append("\(label): it carries \(ours.keys.sorted()), not \(names.sorted())")
        }
        let traces = WireTrace.all(ours)
        if Set(traces.map { $0.traceID + $0.spanID }).count != 1 {
            faults.append("\(label): formats differ: \(traces)")
        }
        let decision = ["ours": "kept", "ours, not kept": "not kept", "ours, forced": "forced"][carries]
        if traces.contains(where: { $0.decision != nil && $0.decision != decision }) {
            faults.append("\(label): not \(carries): \(traces)")
        }
    }

    private mutating func judgeEnd(_ call: HopScenario.Call, _ number: Int) {
        let ended = run.ended[number]
        let fails = call.ends == .fails || call.cancel == "in_body"
        if ended.failed != fails { faults.append("call \(number): it \(ended.failed ? "failed" : "did not fail")") }
        guard call.ends != .fails else { return }
        var expected = 200
        if case .status(let status)? = call.ends { expected = status }
        if ended.status != expected {
            faults.append(
                "call \(number): it ended with \(ended.status.map(String.init) ?? "no status"), not \(expected)")
        }
    }

    private mutating func judgeEvents() {
        let reported = scenario.calls.enumerated().filter { $0.element.reported ?? true }
        guard run.events.count == reported.count else {
            faults.append("\(run.events.count) events, not \(reported.count)")
            return
        }
        let arrived = zip(run.stage.hops, run.stage.arrivals).map { hop, arrival in
            (call: hop.call?.index ?? 0, hop: hop, request: arrival.request)
        }
        for (event, (number, call)) in zip(run.events, reported) {
            let label = "event of call \(number)"
            let requests = arrived.filter { $0.call == number }
            let resends = event.context.handspan.resend_count ?? 0
            let expected = call.resend_count ?? max(0, requests.count - 1)
            if resends != expected { faults.append("\(label): resend_count is \(resends), not \(expected)") }

            let hops = event.context.handspan.hops ?? []
            if !requests.isEmpty, hops.count != requests.count {
                faults.append("\(label): \(hops.count) hops, not \(requests.count)")
            }
            for (hop, request) in zip(hops, requests) {
                let traces = WireTrace.all(request.request.traceHeaders)
                let differs = traces.first.map { $0.spanID != hop.span_id || $0.traceID != hop.trace_id } ?? false
                if differs { faults.append("\(label): \(hop) is not \(traces)") }
            }
            judge(event, requests.map(\.request), requests.contains { $0.hop.carries != "none" }, call, label)
        }
    }

    private mutating func judge(
        _ event: Event, _ requests: [TestServer.Request], _ anyOurs: Bool, _ call: HopScenario.Call, _ label: String
    ) {
        let traces = requests.flatMap { WireTrace.all($0.traceHeaders) }
        let expected = call.traced ?? (anyOurs ? "ours" : traces.isEmpty ? "none" : "app")
        guard let id = event._dd.trace_id else {
            // A call that never left may have a trace; one that is expected to have one must.
            if expected != "none", !requests.isEmpty { faults.append("\(label): no trace id, not \(expected)") }
            return
        }
        if expected == "none", !requests.isEmpty { faults.append("\(label): trace id \(id), not none") }
        if let last = traces.last, expected != "none" {
            let span = UInt64(last.spanID, radix: 16).map { String($0) }
            if id != last.traceID || event._dd.span_id != span {
                faults.append("\(label): its ids are \(id) \(event._dd.span_id ?? ""), not those of \(last)")
            }
        }
    }
}
