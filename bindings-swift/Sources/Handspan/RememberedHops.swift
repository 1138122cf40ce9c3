import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Hops that left with headers of ours, found again by a header that only they carry: a `URLRequest` has no room for a
/// note that survives the way into a task on every platform.
///
/// A hop stays known after its call: an app may send `task.originalRequest` once more, and what we set on it must not pass
/// for the app's own. In time its plan is forgotten, and much later that it was.
final class RememberedHops: Sendable {
    /// Hops of requests that were sent, whole; about 1 KB each. More than a phone has in hand for a retry.
    static let capacity = 256
    /// Hops of which is known only what of the request is ours; about 50 bytes each. More requests than an app makes
    /// between two starts.
    static let fadedCapacity = 65_536
    /// Hops of requests that ``Handspan/Handspan/traced(_:)`` gave out and no delegate has seen yet. None is forgotten, as
    /// a redirect would then carry its headers anywhere: beyond this many, requests are not traced.
    static let waitingCapacity = 8_192

    /// A hop as it was planned.
    struct Hop: Sendable {
        let plan: HopPlan
        let set: SetHeaders
        /// What the app said of it.
        let options: CallOptions
        /// When it was planned, on the clock of ``Call``.
        let plannedAt: UInt64
        /// Was it made into a call already?
        var claimed = false

        /// What holds for a request with its headers that was not sent yet.
        var unsent: CallOptions? { claimed ? nil : options }
    }

    private struct State {
        /// Of requests that were sent, or are by a call that we hold.
        var sent: [String: Hop] = [:]
        /// A ring of keys of `sent`, oldest at `next`.
        var keys: [String] = []
        var next = 0
        var faded = FadedHops(capacity: RememberedHops.fadedCapacity)
        /// Given out and not seen again yet.
        var waiting: [String: Hop] = [:]
        var refused: UInt64 = 0

        mutating func keep(_ hop: Hop, _ key: String) {
            guard sent.updateValue(hop, forKey: key) == nil else { return }
            if keys.count < RememberedHops.capacity {
                keys.append(key)
            } else {
                if let oldest = sent.removeValue(forKey: keys[next]) { faded.add(oldest.set, keys[next]) }
                keys[next] = key
                next = (next + 1) % RememberedHops.capacity
            }
        }
    }

    private let state = Locked(State())

    /// Keeps the hop of a request that is sent now; the oldest fades when there are too many. One without headers of ours
    /// needs no keeping.
    func remember(_ plan: HopPlan, _ set: SetHeaders, _ options: CallOptions, plannedAt: UInt64) {
        guard let header = Self.telling(plan) else { return }
        let hop = Hop(plan: plan, set: set, options: options, plannedAt: plannedAt, claimed: true)
        state.withLock { $0.keep(hop, Self.key(header.name, header.value)) }
    }

    /// Keeps the hop of a request that the app will send, until a delegate sees it.
    /// - Returns: false where there is no room: then the request must not leave with these headers.
    func hold(_ plan: HopPlan, _ set: SetHeaders, _ options: CallOptions, plannedAt: UInt64) -> Bool {
        guard let header = Self.telling(plan) else { return plan.headers.isEmpty }
        return state.withLock { state in
            guard state.waiting.count < Self.waitingCapacity else {
                state.refused &+= 1
                return false
            }
            state.waiting[Self.key(header.name, header.value)] = Hop(
                plan: plan, set: set, options: options, plannedAt: plannedAt)
            return true
        }
    }

    /// Says that requests were not traced for want of room; nil where there were none.
    var refusal: RefusedValue? {
        let refused = state.withLock { $0.refused }
        guard refused > 0 else { return nil }
        return RefusedValue(
            field: "traced(_:)", value: String(refused), code: "too_many_unsent",
            message:
                "\(refused) requests came back untraced: \(Self.waitingCapacity) traced ones were never sent through a "
                + "HandspanURLSessionDelegate. Trace a request when it is sent, in a session with that delegate.")
    }

    /// The hop whose headers the request carries; from the second time on it says that it was claimed.
    func claim(_ request: URLRequest) -> Hop? {
        state.withLock { state in
            Self.first(request) { key in
                if let hop = state.sent[key] { return hop }
                guard let hop = state.waiting.removeValue(forKey: key) else { return nil }
                var sent = hop
                sent.claimed = true
                state.keep(sent, key)
                return hop
            }
        }
    }

    /// What of the request is ours, where its hop has faded.
    func faded(_ request: URLRequest) -> SetHeaders? {
        state.withLock { state in Self.first(request) { state.faded.find($0, on: request) } }
    }

    /// Takes headers of ours from another hop off the request, the app's own values put back. That hop no longer waits.
    /// - Returns: the hop, unless it has faded.
    @discardableResult
    func strip(_ request: inout URLRequest) -> Hop? {
        let hop = claim(request)
        (hop?.set ?? faded(request))?.strip(from: &request)
        return hop
    }

    /// The request without headers of ours from another hop; nothing is claimed.
    func stripped(_ request: URLRequest) -> URLRequest {
        var request = request
        let set = state.withLock { state in
            Self.first(request) { key in
                (state.sent[key] ?? state.waiting[key])?.set ?? state.faded.find(key, on: request)
            }
        }
        set?.strip(from: &request)
        return request
    }

    private static func first<Found>(_ request: URLRequest, _ find: (String) -> Found?) -> Found? {
        for (name, value) in request.allHTTPHeaderFields ?? [:] {
            if let found = find(key(name, value)) { return found }
        }
        return nil
    }

    private static func telling(_ plan: HopPlan) -> Header? { plan.headers.first(where: plan.isTold) }

    private static func key(_ name: String, _ value: String) -> String { "\(name.lowercased()):\(value)" }
}
