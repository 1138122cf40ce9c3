import Foundation
internal import HandspanBindings

/// Spans of the app's own: work that is not a request, or holds several.
///
/// ```swift
/// let order = try await handspan.tracer.withSpan("checkout") { span in
///     span.setAttribute("items", 3)
///     return try await session.data(from: url)  // a child of the span, on the wire and on its event
/// }
/// ```
///
/// A span is sampled with its session, then by ``HandspanConfiguration/traceSampleRate``; what is inside it with it. While the core
/// is not ready, and where nothing is recorded, a span is one that does nothing.
public struct HandspanTracer: Sendable {
    /// The span that this task is in, by ``withSpan(_:parent:attributes:_:)``; Swift tasks that are begun in it inherit it,
    /// detached ones and other threads don't.
    public static var activeSpan: HandspanSpan? { active.get() }

    private static let active = TaskLocal<HandspanSpan?>(wrappedValue: nil)

    let lifecycle: CoreLifecycle

    /// Begins a span. It is recorded when ``HandspanSpan/end()`` is called. It is not the active one: requests become its
    /// children through ``HandspanSession/with(parent:)``.
    /// - Parameters:
    ///   - name: what it does.
    ///   - parent: the span that it is a part of. Default: the active one; nil: none, it begins a trace.
    ///   - attributes: on the span.
    public func startSpan(
        _ name: String, parent: HandspanSpan? = HandspanTracer.activeSpan, attributes: [String: AttributeValue] = [:]
    ) -> HandspanSpan {
        let parent = parent?.context(in: lifecycle)
        let context = lifecycle.core?.startSpan(parent: parent)
        return HandspanSpan(
            name, context: context, parentSpanID: parent?.spanId, attributes: attributes, lifecycle: lifecycle)
    }

    /// Runs `body` in a span that ends with it. An error that it throws is the span's, and is thrown on.
    /// - Parameters:
    ///   - name: what it does.
    ///   - parent: as in ``startSpan(_:parent:attributes:)``.
    ///   - attributes: on the span.
    ///   - body: what is done in it.
    public func withSpan<Result>(
        _ name: String, parent: HandspanSpan? = HandspanTracer.activeSpan, attributes: [String: AttributeValue] = [:],
        _ body: (HandspanSpan) throws -> Result
    ) rethrows -> Result {
        let span = startSpan(name, parent: parent, attributes: attributes)
        defer { span.end() }
        do {
            return try Self.active.withValue(span) { try body(span) }
        } catch {
            span.setError(error)
            throw error
        }
    }

    /// The same for a `body` that waits.
    public func withSpan<Result>(
        _ name: String, parent: HandspanSpan? = HandspanTracer.activeSpan, attributes: [String: AttributeValue] = [:],
        isolation: isolated (any Actor)? = #isolation, _ body: (HandspanSpan) async throws -> Result
    ) async rethrows -> Result {
        let span = startSpan(name, parent: parent, attributes: attributes)
        defer { span.end() }
        do {
            return try await Self.active.withValue(span) { try await body(span) }
        } catch {
            span.setError(error)
            throw error
        }
    }
}

extension Handspan {
    /// Begins spans of the app's own. A value; keep it or ask again.
    public var tracer: HandspanTracer { HandspanTracer(lifecycle: lifecycle) }
}
