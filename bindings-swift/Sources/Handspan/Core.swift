internal import HandspanBindings

/// The core, as this package needs it: what stands behind it can be another door to the same library, or a test.
/// Every method may be called from any thread; only `flush`,
/// `nextEventToMap` and `shutdown` wait.
protocol Core: Sendable {
    /// Names of the headers that a `HopRequest` should carry when the request has them, lower-case.
    var traceHeaderNames: [String] { get }
    /// Names of the response headers that a `FinishedHop` should carry, lower-case.
    var responseHeaderNames: [String] { get }
    /// Names of the headers of a call that a `FinishedCall` should carry, lower-case.
    func capturedHeaderNames() -> [String]
    func plan(_ request: HopRequest) -> HopPlan
    func explain(_ request: HopRequest) -> HandspanBindings.Explanation
    func finish(_ call: FinishedCall)
    func setTrackingConsent(_ consent: TrackingConsent)
    func keepTraces(seconds: UInt32)
    func setUser(_ user: UserInfo?)
    func setAccount(_ account: AccountInfo?)
    func record(_ command: RumCommandOfCore, ageMs: UInt32)
    func startSpan(parent: SpanContext?) -> SpanContext?
    func clearAllData()
    func nextEventToMap(timeoutMs: UInt32) -> MappableEvent?
    func eventMapped(id: UInt64, event: MappableEvent?)
    func setUploadConditions(_ conditions: UploadConditions)
    func enterBackground()
    func enterForeground()
    func flush(timeoutMs: UInt32) -> Bool
    func status() -> CoreStatus
    func stats() -> CoreStats
    func shutdown()
}

/// Why there is no core.
struct CoreUnavailable: Error {
    let reason: String
}
