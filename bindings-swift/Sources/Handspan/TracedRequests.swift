import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls that began with ``Handspan/Handspan/traced(_:)``, found again by a header that only they carry. A `URLRequest`
/// has no room for a note that survives the way into a task on every platform.
///
/// A call stays known after its end: the app may send the same request again, and what we set on it must still be taken
/// off when a redirect leads elsewhere.
final class TracedRequests: Sendable {
    /// About 1 KB each. More than a phone has between `traced()` and the last redirect.
    static let capacity = 2_048

    private struct State {
        var calls: [String: Call] = [:]
        /// A ring of keys, oldest at `next`.
        var keys: [String] = []
        var next = 0
    }

    private let state = Locked(State())

    func remember(_ call: Call) {
        guard let plan = call.firstPlan, let header = Self.telling(plan) else { return }
        let key = Self.key(header.name, header.value)
        state.withLock { state in
            state.calls[key] = call
            if state.keys.count < Self.capacity {
                state.keys.append(key)
            } else {
                state.calls[state.keys[state.next]] = nil
                state.keys[state.next] = key
                state.next = (state.next + 1) % Self.capacity
            }
        }
    }

    func find(_ request: URLRequest) -> Call? {
        guard let headers = request.allHTTPHeaderFields, !headers.isEmpty else { return nil }
        return state.withLock { state in
            for (name, value) in headers {
                if let call = state.calls[Self.key(name, value)] { return call }
            }
            return nil
        }
    }

    /// The header that carries the span id, in hex or in decimal: no other request has it.
    private static func telling(_ plan: HopPlan) -> Header? {
        guard let hex = plan.spanId else { return nil }
        let decimal = UInt64(hex, radix: 16).map { String($0) }
        return plan.headers.first { $0.value.contains(hex) || $0.value == decimal }
    }

    private static func key(_ name: String, _ value: String) -> String { "\(name.lowercased()):\(value)" }
}
