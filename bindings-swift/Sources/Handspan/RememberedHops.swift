import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Hops that left with headers of ours, found again by a header that only they carry: a `URLRequest` has no room for a
/// note that survives the way into a task on every platform.
///
/// A hop stays known after its call: an app may send `task.originalRequest` once more, and what we set on it must not pass
/// for the app's own.
final class RememberedHops: Sendable {
    /// About 1 KB each. More than a phone has under way or in hand for a retry.
    static let capacity = 1_024

    /// A hop as it was planned.
    struct Hop: Sendable {
        let plan: HopPlan
        let set: SetHeaders
        /// When it was planned, on the clock of ``Call``.
        let plannedAt: UInt64
        /// Was it made into a call already?
        var claimed = false
    }

    private struct State {
        var hops: [String: Hop] = [:]
        /// A ring of keys, oldest at `next`.
        var keys: [String] = []
        var next = 0
    }

    private let state = Locked(State())

    /// Keeps a hop, and forgets the oldest when there are too many. One without headers of ours needs no keeping.
    func remember(_ plan: HopPlan, _ set: SetHeaders, plannedAt: UInt64) {
        guard let header = Self.telling(plan) else { return }
        let key = Self.key(header.name, header.value)
        state.withLock { state in
            guard state.hops.updateValue(Hop(plan: plan, set: set, plannedAt: plannedAt), forKey: key) == nil else {
                return
            }
            if state.keys.count < Self.capacity {
                state.keys.append(key)
            } else {
                state.hops[state.keys[state.next]] = nil
                state.keys[state.next] = key
                state.next = (state.next + 1) % Self.capacity
            }
        }
    }

    /// The hop whose headers the request carries; from the second time on it says that it was claimed.
    func claim(_ request: URLRequest) -> Hop? {
        find(request, claiming: true)
    }

    /// The request without headers of ours from another hop, the app's own values put back.
    func stripped(_ request: URLRequest) -> URLRequest {
        guard let hop = find(request, claiming: false) else { return request }
        var request = request
        hop.set.strip(from: &request)
        return request
    }

    private func find(_ request: URLRequest, claiming: Bool) -> Hop? {
        guard let headers = request.allHTTPHeaderFields, !headers.isEmpty else { return nil }
        return state.withLock { state in
            for (name, value) in headers {
                let key = Self.key(name, value)
                guard let hop = state.hops[key] else { continue }
                if claiming { state.hops[key]?.claimed = true }
                return hop
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
