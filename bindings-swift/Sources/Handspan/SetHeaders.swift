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
    }

    private var entries: [Entry] = []

    /// None.
    init() {}

    /// Sets the plan's headers on the request, by replacing.
    init(setting plan: HopPlan, on request: inout URLRequest) {
        for header in plan.headers {
            let original = request.value(forHTTPHeaderField: header.name)
            entries.append(Entry(name: header.name, value: header.value, original: original))
            request.setValue(header.value, forHTTPHeaderField: header.name)
        }
    }

    /// Takes off what still stands as we set it and gives the app its own value back.
    func strip(from request: inout URLRequest) {
        for entry in entries where request.value(forHTTPHeaderField: entry.name) == entry.value {
            request.setValue(entry.original, forHTTPHeaderField: entry.name)
        }
    }
}
