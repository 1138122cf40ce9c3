import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The phone's half of a distributed trace.
///
/// ```swift
/// let handspan = Handspan.start(HandspanConfiguration(
///     clientToken: "pub…", applicationID: "…",
///     firstPartyHosts: ["example.com": [.datadog, .tracecontext]],
///     intakes: [.datadog(site: .us1)]))
/// let session = HandspanSession(handspan: handspan)
/// let (data, response) = try await session.data(from: url)
/// ```
///
/// Nothing here throws or traps. Where there is no core, requests pass untouched and ``status`` says why. Every member
/// may be used from any thread.
public final class Handspan: Sendable {
    let lifecycle: CoreLifecycle

    private init(mappers: EventMappers, isRefused: Bool) {
        lifecycle = CoreLifecycle(mappers: mappers, isRefused: isRefused)
    }

    /// Starts Handspan and returns at once. The core is made on a background thread; until it is ready, requests pass
    /// untouched and are counted. Call it once, early. A second start under the same
    /// ``HandspanConfiguration/instance`` shares the core of the first.
    public static func start(_ configuration: HandspanConfiguration) -> Handspan {
        let isRefused = configuration.trackingConsent == .refused
        return start(mappers: EventMappers(configuration), isRefused: isRefused) { () throws(CoreUnavailable) in
            try UniffiCore(CoreConfiguration(configuration))
        }
    }

    static func start(
        mappers: EventMappers = EventMappers(), isRefused: Bool = false,
        _ makeCore: @escaping @Sendable () throws(CoreUnavailable) -> any Core
    ) -> Handspan {
        let handspan = Handspan(mappers: mappers, isRefused: isRefused)
        let lifecycle = handspan.lifecycle
        DispatchQueue.global(qos: .utility).async {
            do throws(CoreUnavailable) {
                lifecycle.became(try makeCore())
            } catch {
                lifecycle.failed(error.reason)
            }
        }
        return handspan
    }

    /// How Handspan is doing: state, reason, refusals, counts.
    public var status: HandspanStatus {
        var status = lifecycle.status()
        if let refusal = rememberedHops.refusal { status.refusals.append(refusal) }
        return status
    }

    /// What became of the events, by track and by intake. Empty where there is no core.
    public var stats: HandspanStats { core.map { HandspanStats($0.stats()) } ?? HandspanStats() }

    /// Waits until the core is there.
    /// - Parameter timeout: seconds. Default 5.
    /// - Returns: true when ready; false when it failed, was stopped, or was not ready in time.
    @discardableResult
    public func awaitReady(timeout: TimeInterval = 5) async -> Bool {
        await lifecycle.awaitReady(timeout: timeout)
    }

    /// Seals the open batch and sends what waits.
    /// - Parameter timeout: seconds, at most a day. Default 5.
    /// - Returns: true when every intake took all of it in time; false also where there is no core.
    @discardableResult
    public func flush(timeout: TimeInterval = 5) async -> Bool {
        guard let core = lifecycle.core else { return false }
        let seconds = timeout.isNaN ? 0 : min(max(0, timeout), 86_400)
        return await withCheckedContinuation { continuation in
            // The core waits; a thread of Swift's small pool must not.
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(returning: core.flush(timeoutMs: UInt32(seconds * 1_000)))
            }
        }
    }

    /// The user has decided, or changed their mind. Holds from the next request on; said before the core is ready, it
    /// holds from its first.
    public func setTrackingConsent(_ consent: TrackingConsent) {
        lifecycle.setTrackingConsent(consent)
    }

    /// Who uses the app, from the next request and the next event on, in place of whoever did. May be said before the core is
    /// ready.
    /// - Parameters:
    ///   - id: on events and, where a host wants ``TraceFormat/baggage``, on the wire. At most 256 characters, the rest is cut;
    ///     nil or empty: none.
    ///   - name: on events. Default: none.
    ///   - email: on events. Default: none.
    ///   - attributes: on events. Default: none.
    public func setUser(
        id: String?, name: String? = nil, email: String? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        var handed = HandedAttributes()
        let user = UserInfo(id: id, name: name, email: email, attributes: handed.of(attributes))
        lifecycle.countAttributes(dropped: handed.dropped)
        lifecycle.tell(.user) { $0.setUser(user) }
    }

    /// Nobody known uses the app, from the next request and the next event on.
    public func clearUser() {
        lifecycle.tell(.user) { $0.setUser(nil) }
    }

    /// The account that the app is used under, as ``setUser(id:name:email:attributes:)``.
    /// - Parameters:
    ///   - id: at most 256 characters, the rest is cut; empty: no account.
    ///   - name: on events. Default: none.
    ///   - attributes: on events. Default: none.
    public func setAccount(id: String, name: String? = nil, attributes: [String: AttributeValue] = [:]) {
        var handed = HandedAttributes()
        let account = AccountInfo(id: id, name: name, attributes: handed.of(attributes))
        lifecycle.countAttributes(dropped: handed.dropped)
        lifecycle.tell(.account) { $0.setAccount(account) }
    }

    /// No account is known, from the next request and the next event on.
    public func clearAccount() {
        lifecycle.tell(.account) { $0.setAccount(nil) }
    }

    /// Deletes what is recorded and not sent, of every process of the app that is not running, and the ids of this install. May
    /// be said before the core is ready. Returns without waiting.
    public func clearAllData() {
        lifecycle.clearAllData()
    }

    /// Keeps every trace that begins within the next while, whatever the sample rates say. For one request there are
    /// ``HandspanSession/keepingTraces`` and ``traced(_:keep:parent:graphQL:attributes:)``. May be said before the core is
    /// ready; the time runs from here.
    /// - Parameter duration: seconds, rounded up, at most a day. 0 or less ends it.
    public func keepTraces(for duration: TimeInterval) {
        let seconds = duration.isNaN ? 0 : min(max(0, duration), 86_400)
        let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        lifecycle.tell(.keep) { core in
            let now = DispatchTime.now().uptimeNanoseconds
            let left = end > now ? Double(end - now) / 1e9 : 0
            core.keepTraces(seconds: UInt32(left.rounded(.up)))
        }
    }

    /// The state of the phone: by it and by ``HandspanConfiguration/uploadPolicy`` events are sent or wait. To be told at the
    /// start and whenever it changes; the same again costs nothing. Until it is told every try is made. May be said before
    /// the core is ready. Returns without waiting.
    public func setUploadConditions(_ conditions: UploadConditions) {
        lifecycle.tell(.conditions) { $0.setUploadConditions(conditions) }
    }

    /// The app has gone to the background: what was recorded is sealed, and tried to be sent for about five seconds; after
    /// that the radio is woken at the policy's background interval. May be said before the core is ready. Returns without
    /// waiting: ``flush(timeout:)`` tells when all is sent.
    public func enterBackground() {
        lifecycle.tell(.background) { $0.enterBackground() }
    }

    /// The app is in the foreground again. May be said before the core is ready. Returns without waiting.
    public func enterForeground() {
        lifecycle.tell(.background) { $0.enterForeground() }
    }

    /// Why a request is or is not traced. It plans as for a request that is about to leave; nothing is sent or recorded.
    /// Headers of the app's that stand in a session's configuration are not known here. For a person or a test: it costs
    /// more than a plan.
    /// - Returns: also where there is no core; the reason is then `not_ready`.
    public func explain(_ request: URLRequest) -> Explanation {
        guard let core else { return .notReady(status) }
        let request = rememberedHops.stripped(request)
        return Explanation(
            core.explain(
                HopRequest(request, sessionHeaders: [:], traceHeaderNames: core.traceHeaderNames, ids: nil, keep: false)
            ))
    }

    /// Stops for good, after what was recorded is stored. Waits for it at most a second: not for a main thread. Requests
    /// pass untouched from here on.
    public func shutdown() {
        lifecycle.shutdown()
    }

    /// The core, once it is ready and until it is stopped.
    var core: (any Core)? { lifecycle.core }

    /// A request passed untouched.
    func countUntouched() { lifecycle.countUntouched() }

    /// Hops that left with headers of ours.
    let rememberedHops = RememberedHops()
}
