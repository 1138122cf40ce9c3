import Foundation
internal import HandspanBindings

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
    private let lifecycle = CoreLifecycle()

    private init() {}

    /// Starts Handspan and returns at once. The core is made on a background thread; until it is ready, requests pass
    /// untouched and are counted. Call it once, early. A second start under the same
    /// ``HandspanConfiguration/instance`` shares the core of the first.
    public static func start(_ configuration: HandspanConfiguration) -> Handspan {
        start { () throws(CoreUnavailable) in try UniffiCore(CoreConfiguration(configuration)) }
    }

    static func start(_ makeCore: @escaping @Sendable () throws(CoreUnavailable) -> any Core) -> Handspan {
        let handspan = Handspan()
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
