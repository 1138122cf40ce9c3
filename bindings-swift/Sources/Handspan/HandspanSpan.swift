import Foundation
internal import HandspanBindings

/// A span of the app's own, from ``HandspanTracer``. It may be used from any thread, and ends once.
public final class HandspanSpan: Sendable {
    private struct State {
        var attributes: [String: AttributeValue]
        var error: SpanError?
        var ended = false
    }

    private struct SpanError {
        let type: String?
        let message: String
        let stack: String?
    }

    /// What it does.
    public let name: String
    private let context: SpanContext?
    private let parentSpanID: String?
    private let lifecycle: CoreLifecycle
    private let start = DispatchTime.now().uptimeNanoseconds
    private let state: Locked<State>

    init(
        _ name: String, context: SpanContext?, parentSpanID: String?, attributes: [String: AttributeValue],
        lifecycle: CoreLifecycle
    ) {
        self.name = name
        self.context = context
        self.parentSpanID = parentSpanID
        self.lifecycle = lifecycle
        state = Locked(State(attributes: attributes))
    }

    /// 32 hex digits; nil where it does nothing.
    public var traceID: String? { context?.traceId }
    /// 16 hex digits; nil where it does nothing.
    public var spanID: String? { context?.spanId }
    /// Is its trace kept?
    public var isSampled: Bool { context?.sampled ?? false }

    /// On the span, in place of one of the same name. After its end nothing happens.
    public func setAttribute(_ name: String, _ value: AttributeValue) {
        guard context != nil else { return }
        state.withLock { $0.attributes[name] = value }
    }

    /// It has failed, as an error tells; the last word counts.
    public func setError(_ error: any Error) {
        let said = SaidError(error)
        setError(message: said.message, type: said.type)
    }

    /// It has failed; the last word counts.
    /// - Parameters:
    ///   - message: in words.
    ///   - type: class of the failure. Default: none.
    ///   - stack: stack trace. Default: none.
    public func setError(message: String, type: String? = nil, stack: String? = nil) {
        guard context != nil else { return }
        state.withLock { $0.error = SpanError(type: type, message: message, stack: stack) }
    }

    /// It is done: it is recorded, with the time since its start. A second time nothing happens.
    public func end() {
        let end = DispatchTime.now().uptimeNanoseconds
        guard let context else { return }
        let ended: State? = state.withLock { state in
            defer { state.ended = true }
            return state.ended ? nil : state
        }
        guard let ended else { return }
        var handed = HandedAttributes()
        let span = FinishedSpan(
            context: context, parentSpanId: parentSpanID, name: name, durationNs: end - start,
            errorType: ended.error?.type, errorMessage: ended.error?.message, errorStack: ended.error?.stack,
            attributes: handed.of(ended.attributes))
        lifecycle.record(.finishSpan(span: span), attributesDropped: handed.dropped)
    }

    /// Its ids, for what begins in it by the same Handspan; nil where it does nothing, or is another's: its session is not ours.
    func context(in lifecycle: CoreLifecycle) -> SpanContext? {
        self.lifecycle === lifecycle ? context : nil
    }
}

extension RequestIds {
    /// The ids of a request that is made in a span: the trace, its decision and its session; the request's own span is new.
    init(in span: SpanContext) {
        self.init(traceId: span.traceId, spanId: nil, sessionId: span.sessionId, sampled: span.sampled)
    }
}
