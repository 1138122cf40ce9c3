import Foundation

import struct HandspanBindings.AccountInfo
import struct HandspanBindings.CoreStats
import struct HandspanBindings.CoreStatus
import struct HandspanBindings.FinishedCall
import struct HandspanBindings.Header
import struct HandspanBindings.HopPlan
import struct HandspanBindings.HopRequest
import struct HandspanBindings.MappableEvent
import struct HandspanBindings.SpanContext
import struct HandspanBindings.UserInfo

@testable import Handspan

/// A core that decides little and keeps what it is told. First-party: `shop.localhost`, by `traceparent`.
final class FakeCore: Core {
    struct Told: Sendable {
        var commands: [CoreCommand] = []
        /// Of the commands, in their order.
        var agesMs: [UInt32] = []
        /// Of the phone and the person, in order.
        var words: [String] = []
        var users: [UserInfo?] = []
        var accounts: [AccountInfo?] = []
        var planned: [HopRequest] = []
        var finished: [FinishedCall] = []
        var answers: [Answer] = []
    }

    /// What a mapper made of an event.
    struct Answer: Sendable, Equatable {
        let id: UInt64
        let event: MappableEvent?
    }

    private struct State {
        var told = Told()
        var ids: UInt64 = 0
        var events: [MappableEvent] = []
        var questions = 0
    }

    private let state = Locked(State())
    private let records: Bool
    private let capturedNames: [String]
    private let waiting = DispatchSemaphore(value: 0)
    private let stop = AsyncStream.makeStream(of: Void.self)
    private let answered = AsyncStream.makeStream(of: Answer.self)

    /// - Parameters:
    ///   - records: false: it begins no span, as where nothing is recorded.
    ///   - captured: names of headers.
    init(records: Bool = true, capturing captured: [String] = []) {
        self.records = records
        capturedNames = captured
    }

    var told: Told { state.withLock { $0.told } }
    /// How often it was asked for an event that waits for a mapper.
    var questions: Int { state.withLock { $0.questions } }

    func stopped() async {
        for await _ in stop.stream { return }
    }

    /// Gives an event to whoever asks for one, and waits for the answer.
    func map(_ event: MappableEvent) async -> Answer? {
        state.withLock { $0.events.append(event) }
        waiting.signal()
        for await answer in answered.stream { return answer }
        return nil
    }

    private func note(_ change: (inout Told) -> Void) {
        state.withLock { change(&$0.told) }
    }

    private func nextSpanID() -> String {
        let number = state.withLock { state in
            state.ids += 1
            return state.ids
        }
        let hex = String(number, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }

    let traceHeaderNames = ["traceparent"]
    let responseHeaderNames: [String] = []
    func capturedHeaderNames() -> [String] { capturedNames }

    func plan(_ request: HopRequest) -> HopPlan {
        note { $0.planned.append(request) }
        guard request.host == "shop.localhost" else {
            return HopPlan(
                traced: false, reason: "host_not_first_party", hostEntry: nil, headers: [], traceId: nil, spanId: nil,
                sampled: nil, sessionId: "", rulePsr: nil)
        }
        let span = nextSpanID()
        let own = request.headers.first.map { String($0.value.split(separator: "-")[1]) }
        let trace = own ?? request.ids?.traceId ?? "f" + span.dropFirst() + span
        return HopPlan(
            traced: true, reason: own == nil ? "traced" : "app_headers", hostEntry: "shop.localhost",
            headers: own == nil ? [Header(name: "traceparent", value: "00-\(trace)-\(span)-01")] : [],
            traceId: trace, spanId: span, sampled: request.ids?.sampled ?? true, sessionId: "", rulePsr: 1)
    }

    func explain(_ request: HopRequest) -> CoreExplanation { preconditionFailure("nobody asks") }
    func finish(_ call: FinishedCall) { note { $0.finished.append(call) } }
    func setTrackingConsent(_ consent: TrackingConsent) { note { $0.words.append(consent.rawValue) } }
    func keepTraces(seconds: UInt32) {}
    func setUser(_ user: UserInfo?) { note { $0.users.append(user) } }
    func setAccount(_ account: AccountInfo?) { note { $0.accounts.append(account) } }
    func setUploadConditions(_ conditions: UploadConditions) { note { $0.words.append(conditions.network.rawValue) } }
    func enterBackground() { note { $0.words.append("background") } }
    func enterForeground() { note { $0.words.append("foreground") } }
    func clearAllData() { note { $0.words.append("clear") } }

    func record(_ command: CoreCommand, ageMs: UInt32) {
        note { told in
            told.commands.append(command)
            told.agesMs.append(ageMs)
        }
    }

    func startSpan(parent: SpanContext?) -> SpanContext? {
        guard records else { return nil }
        let span = nextSpanID()
        return SpanContext(
            traceId: parent?.traceId ?? "a" + span.dropFirst() + span, spanId: span,
            sampled: parent?.sampled ?? true, sessionId: parent?.sessionId ?? "session-1")
    }

    func nextEventToMap(timeoutMs: UInt32) -> MappableEvent? {
        state.withLock { $0.questions += 1 }
        guard waiting.wait(timeout: .now() + .milliseconds(Int(timeoutMs))) == .success else { return nil }
        return state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
    }

    func eventMapped(id: UInt64, event: MappableEvent?) {
        let answer = Answer(id: id, event: event)
        note { $0.answers.append(answer) }
        answered.continuation.yield(answer)
    }

    func flush(timeoutMs: UInt32) -> Bool { false }

    func status() -> CoreStatus {
        CoreStatus(
            state: "ready", sessionId: "session-1", sessionSampled: true, storage: "memory", inspect: false,
            refusals: [], recorded: 0, stored: 0, sent: 0, dropped: [], pendingBatches: 0, lastAnswer: nil,
            remote: "none", remoteVersion: nil, internalErrors: 0)
    }

    func stats() -> CoreStats { CoreStats(tracks: [], intakes: [], wakeUps: 1, hold: nil, remote: .none) }

    func shutdown() {
        // Whoever waits for an event is answered at once, as by the real one.
        waiting.signal()
        stop.continuation.yield()
    }
}

extension CoreRemoteStats {
    fileprivate static var none: Self {
        Self(
            state: "none", version: nil, keyId: nil, etag: nil, targets: [], lastAnswer: nil, lastPullMs: nil,
            nextPullMs: nil, pulls: 0, failed: 0, notModified: 0, applied: 0, refused: 0, refusedFields: 0,
            unknownFields: 0, startsWithoutMark: 0, disabledBy: nil, installId: nil)
    }
}

extension Handspan {
    /// Started on this core, and ready.
    static func ready(on core: FakeCore, mappers: EventMappers = EventMappers()) async -> Handspan {
        let handspan = start(mappers: mappers) { () throws(CoreUnavailable) in core }
        await handspan.awaitReady(timeout: 30)
        return handspan
    }
}
