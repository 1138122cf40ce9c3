import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The trace headers that we set on a request, so that they can be taken off again: these and no others.
struct SetHeaders: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        let name: String
        let value: String
        /// What the app had there, as its own `tracestate` before ours was merged into it.
        let original: String?
        /// Is it of this hop alone?
        let telling: Bool
    }

    private var entries: [Entry] = []

    /// None.
    init() {}

    /// Sets the plan's headers on the request, by replacing.
    init(setting plan: HopPlan, on request: inout URLRequest) {
        for header in plan.headers {
            let original = request.value(forHTTPHeaderField: header.name)
            entries.append(
                Entry(name: header.name, value: header.value, original: original, telling: plan.isTold(by: header)))
            request.setValue(header.value, forHTTPHeaderField: header.name)
        }
    }

    /// What stands on the request under these names, as if we had set all of it.
    /// - Parameter originals: what the app had there, by name.
    init(standingOn request: URLRequest, names: [String], originals: [String: String]) {
        entries = names.compactMap { name in
            request.value(forHTTPHeaderField: name).map {
                Entry(name: name, value: $0, original: originals[name], telling: true)
            }
        }
    }

    /// The names of the headers.
    var names: [String] { entries.map(\.name) }

    /// What the app had there, by name.
    var originals: [String: String] {
        Dictionary(entries.compactMap { entry in entry.original.map { (entry.name, $0) } }, uniquingKeysWith: { $1 })
    }

    /// Takes off what still stands as we set it and gives the app its own value back. Nothing, where all that tells hops
    /// apart was replaced: then the rest is of whoever did it, as another Handspan that continues the same trace.
    func strip(from request: inout URLRequest) {
        let telling = entries.filter(\.telling).compactMap { entry in
            request.value(forHTTPHeaderField: entry.name).map { $0 == entry.value }
        }
        guard telling.isEmpty || telling.contains(true) else { return }
        for entry in entries where request.value(forHTTPHeaderField: entry.name) == entry.value {
            request.setValue(entry.original, forHTTPHeaderField: entry.name)
        }
    }
}

extension HopPlan {
    /// Has no other hop this header? It carries the span id in hex or in decimal, or, in SkyWalking's way, the trace id in
    /// Base64 beside a segment made of both.
    func isTold(by header: Header) -> Bool {
        guard let spanId, let traceId else { return false }
        return header.value.contains(spanId)
            || UInt64(spanId, radix: 16).map { String($0) == header.value } ?? false
            || header.value.contains(Data(traceId.utf8).base64EncodedString())
    }
}
