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
    /// Hops of requests that were sent; about 1 KB each. More than a phone has in hand for a retry.
    static let capacity = 1_024
    /// Hops of requests that ``Handspan/Handspan/traced(_:)`` gave out and no delegate has seen yet. None is forgotten, as
    /// a redirect would then carry its headers anywhere: beyond this many, requests are not traced.
    static let waitingCapacity = 8_192

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
        /// Of requests that were sent, or are by a call that we hold.
        var sent: [String: Hop] = [:]
        /// A ring of keys of `sent`, oldest at `next`.
        var keys: [String] = []
        var next = 0
        /// Given out and not seen again yet.
        var waiting: [String: Hop] = [:]
        var refused: UInt64 = 0

        mutating func keep(_ hop: Hop, _ key: String) {
            guard sent.updateValue(hop, forKey: key) == nil else { return }
            if keys.count < RememberedHops.capacity {
                keys.append(key)
            } else {
                sent[keys[next]] = nil
                keys[next] = key
                next = (next + 1) % RememberedHops.capacity
            }
        }
    }

    private let state = Locked(State())

    /// Keeps the hop of a request that is sent now, and forgets the oldest when there are too many. One without headers
    /// of ours needs no keeping.
    func remember(_ plan: HopPlan, _ set: SetHeaders, plannedAt: UInt64) {
        guard let header = Self.telling(plan) else { return }
        let hop = Hop(plan: plan, set: set, plannedAt: plannedAt, claimed: true)
        state.withLock { $0.keep(hop, Self.key(header.name, header.value)) }
    }

    /// Keeps the hop of a request that the app will send, until a delegate sees it.
    /// - Returns: false where there is no room: then the request must not leave with these headers.
    func hold(_ plan: HopPlan, _ set: SetHeaders, plannedAt: UInt64) -> Bool {
        guard let header = Self.telling(plan) else { return plan.headers.isEmpty }
        return state.withLock { state in
            guard state.waiting.count < Self.waitingCapacity else {
                state.refused &+= 1
                return false
            }
            state.waiting[Self.key(header.name, header.value)] = Hop(plan: plan, set: set, plannedAt: plannedAt)
            return true
        }
    }

    /// Says that requests were not traced for want of room; nil where there were none.
    var refusal: RefusedValue? {
        let refused = state.withLock { $0.refused }
        guard refused > 0 else { return nil }
        return RefusedValue(
            field: "traced(_:)", value: String(refused), code: "too_many_unsent",
            message: "\(refused) requests came back untraced: \(Self.waitingCapacity) traced ones were never sent through a "
                + "HandspanURLSessionDelegate. Trace a request when it is sent, in a session with that delegate.")
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
                if let hop = state.sent[key] { return hop }
                guard let hop = state.waiting[key] else { continue }
                if claiming {
                    state.waiting[key] = nil
                    var sent = hop
                    sent.claimed = true
                    state.keep(sent, key)
                }
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
