import Foundation

/// The trace that a request carries on the wire, read in every format that is there.
struct WireTrace: Sendable, Equatable {
    /// 32 hex digits.
    let traceID: String
    /// 16 hex digits.
    let spanID: String
    /// `kept`, `not kept` or `forced`, where a format says it.
    let decision: String?

    /// Names of the headers of each format, lower-case. `x-datadog-tags` is always there: our trace ids have 128 bits.
    static let names: [String: Set<String>] = [
        "datadog": [
            "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-origin", "x-datadog-sampling-priority",
            "x-datadog-sampled", "x-datadog-tags",
        ],
        "tracecontext": ["traceparent", "tracestate"],
        "b3": ["b3"],
        "b3multi": ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled"],
        "sw8": ["sw8"],
        "baggage": ["baggage"],
    ]

    /// What each format on the request says; the same everywhere where all is well.
    static func all(_ headers: [String: String]) -> [WireTrace] {
        [tracecontext(headers), datadog(headers), b3(headers), b3multi(headers), sw8(headers)].compactMap { $0 }
    }

    private static func tracecontext(_ headers: [String: String]) -> WireTrace? {
        guard let parts = headers["traceparent"]?.split(separator: "-").map(String.init),
            parts.map(\.count) == [2, 32, 16, 2]
        else { return nil }
        let ours = headers["tracestate"]?.split(separator: ",").first { $0.hasPrefix("dd=") }
        let forced = ours?.contains("t.dm:-4") == true
        return WireTrace(
            traceID: parts[1], spanID: parts[2],
            decision: parts[3] == "00" ? "not kept" : forced ? "forced" : "kept")
    }

    private static func datadog(_ headers: [String: String]) -> WireTrace? {
        guard let low = headers["x-datadog-trace-id"].flatMap({ UInt64($0) }),
            let span = headers["x-datadog-parent-id"].flatMap({ UInt64($0) })
        else { return nil }
        let high = headers["x-datadog-tags"]?.split(separator: ",").first { $0.hasPrefix("_dd.p.tid=") }
        let decisions = ["2": "forced", "1": "kept", "0": "not kept"]
        return WireTrace(
            traceID: (high.map { String($0.dropFirst(10)) } ?? hex(0)) + hex(low), spanID: hex(span),
            decision: headers["x-datadog-sampling-priority"].flatMap { decisions[$0] })
    }

    private static func b3(_ headers: [String: String]) -> WireTrace? {
        guard let parts = headers["b3"]?.split(separator: "-").map(String.init), parts.count == 3 else { return nil }
        return WireTrace(traceID: parts[0], spanID: parts[1], decision: parts[2] == "0" ? "not kept" : nil)
    }

    private static func b3multi(_ headers: [String: String]) -> WireTrace? {
        guard let trace = headers["x-b3-traceid"], let span = headers["x-b3-spanid"] else { return nil }
        return WireTrace(
            traceID: trace, spanID: span, decision: headers["x-b3-sampled"] == "0" ? "not kept" : nil)
    }

    /// OpenTelemetry's collector takes the two halves of the segment id together for the span id.
    private static func sw8(_ headers: [String: String]) -> WireTrace? {
        guard let parts = headers["sw8"]?.split(separator: "-").map(String.init), parts.count == 8,
            let trace = decoded(parts[1]), let segment = decoded(parts[2]), segment.count == 32,
            let high = UInt64(segment.prefix(16), radix: 16), let low = UInt64(segment.suffix(16), radix: 16)
        else { return nil }
        return WireTrace(traceID: trace, spanID: hex(high ^ low), decision: nil)
    }

    private static func decoded(_ text: String) -> String? {
        Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
