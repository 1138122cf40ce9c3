import Foundation
import Testing

import struct HandspanBindings.Attribute
import struct HandspanBindings.FinishedSpan
import struct HandspanBindings.Header

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Spans of the app's own, and the requests in them.
@Suite struct SpanTests {
    private struct Refused: Error {}

    private func spans(_ core: FakeCore) -> [FinishedSpan] {
        core.told.commands.compactMap { command in
            guard case .finishSpan(let span) = command else { return nil }
            return span
        }
    }

    @Test func aSpanIsRecordedOnceWhenItEnds() async throws {
        let core = FakeCore()
        let tracer = await Handspan.ready(on: core).tracer
        let before = DispatchTime.now()
        let span = tracer.startSpan("decode", attributes: ["size": 3])
        span.setAttribute("size", 4)
        span.setAttribute("kind", "png")
        span.setError(message: "odd", type: "Odd", stack: "at x")
        #expect(spans(core) == [])
        span.end()
        let longest = DispatchTime.now().uptimeNanoseconds - before.uptimeNanoseconds
        span.setAttribute("late", true)
        span.end()
        let finished = try #require(spans(core).first)
        #expect(spans(core).count == 1)
        #expect(finished.name == "decode")
        #expect(finished.context.traceId == span.traceID)
        #expect(finished.context.spanId == span.spanID)
        #expect(finished.context.sampled && span.isSampled)
        #expect(finished.parentSpanId == nil)
        #expect(finished.durationNs <= longest)
        #expect([finished.errorType, finished.errorMessage, finished.errorStack] == ["Odd", "odd", "at x"])
        #expect(
            finished.attributes == [
                Attribute(name: "kind", value: .text(value: "png")), Attribute(name: "size", value: .int(value: 4)),
            ])
    }

    @Test func spansNest() async {
        let core = FakeCore()
        let tracer = await Handspan.ready(on: core).tracer
        let value = await tracer.withSpan("outer") { outer in
            let inner = tracer.withSpan("inner") { $0 }
            await Task.yield()
            let child = await Task { tracer.startSpan("in a task") }.value
            child.end()
            let root = tracer.startSpan("root", parent: nil)
            root.end()
            let explicit = tracer.startSpan("explicit", parent: root)
            explicit.end()
            #expect(HandspanTracer.activeSpan === outer)
            #expect(inner.traceID == outer.traceID && child.traceID == outer.traceID)
            #expect(root.traceID != outer.traceID && explicit.traceID == root.traceID)
            return await tracer.withSpan("waits") { _ in
                await Task.yield()
                return 7
            }
        }
        #expect(value == 7)
        #expect(HandspanTracer.activeSpan == nil)
        let spans = spans(core)
        let ids = Dictionary(uniqueKeysWithValues: spans.map { ($0.name, $0.context.spanId) })
        let parents = Dictionary(uniqueKeysWithValues: spans.map { ($0.name, $0.parentSpanId) })
        #expect(
            parents == [
                "outer": nil, "inner": ids["outer"], "in a task": ids["outer"], "root": nil, "explicit": ids["root"],
                "waits": ids["outer"],
            ])
    }

    @Test func whatIsThrownIsTheSpansErrorAndGoesOn() async {
        let core = FakeCore()
        let tracer = await Handspan.ready(on: core).tracer
        #expect(throws: Refused.self) { try tracer.withSpan("one") { _ in throw Refused() } }
        await #expect(throws: Refused.self) { try await tracer.withSpan("two") { _ in try await refuse() } }
        #expect(spans(core).map(\.name) == ["one", "two"])
        #expect(spans(core).allSatisfy { $0.errorType?.hasSuffix("Refused") == true })
    }

    private func refuse() async throws { throw Refused() }

    @Test func aRequestInASpanIsItsChild() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let session = HandspanSession(handspan: handspan)
        let span = try await handspan.tracer.withSpan("checkout") { span in
            _ = try await session.data(from: server.url("shop.localhost"))
            return span
        }
        _ = try await session.data(from: server.url("shop.localhost"))
        #expect(server.requests[0].traceID.map(String.init) == span.traceID)
        #expect(server.requests[1].traceID.map(String.init) != span.traceID)
        #expect(core.told.planned.map(\.ids?.sessionId) == ["session-1", nil])
        #expect(core.told.planned.map(\.ids?.sampled) == [true, nil])
        #expect(core.told.planned.allSatisfy { $0.ids?.spanId == nil })
        #expect(core.told.finished.map(\.parentSpanId) == [span.spanID, nil])
    }

    @Test func soIsOneWithAnExplicitParent() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let span = handspan.tracer.startSpan("sync")
        let recorder = RecordingDelegate()
        let session = HandspanSession(handspan: handspan, delegate: recorder)
        let child = session.with(parent: span).dataTask(with: server.url("shop.localhost"))
        _ = try await recorder.run(child)
        #expect(server.requests[0].traceID.map(String.init) == span.traceID)
        #expect(core.told.finished.map(\.parentSpanId) == [span.spanID])
    }

    @Test func soIsATracedRequestOfAnotherSession() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let recorder = RecordingDelegate()
        let delegate = HandspanURLSessionDelegate(handspan: handspan, forwardingTo: recorder)
        let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        let (task, span) = handspan.tracer.withSpan("checkout") { span in
            (own.dataTask(with: handspan.traced(URLRequest(url: server.url("shop.localhost")))), span)
        }
        _ = try await recorder.run(task)
        #expect(server.requests[0].traceID.map(String.init) == span.traceID)
        #expect(core.told.finished.map(\.parentSpanId) == [span.spanID])
    }

    @Test func aRedirectToTheAppsHostStaysInTheSpan() async throws {
        let home = try TestServer()
        let away = try TestServer { [url = home.url("shop.localhost")] _ in .redirect(to: url) }
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let session = HandspanSession(handspan: handspan)
        let span = try await handspan.tracer.withSpan("checkout") { span in
            _ = try await session.data(from: away.url("ads.localhost"))
            return span
        }
        #expect(away.requests[0].traceHeaders == [:])
        #expect(home.requests[0].traceID.map(String.init) == span.traceID)
        #expect(core.told.finished.map(\.parentSpanId) == [span.spanID])
    }

    @Test func aRequestOutsideItsTraceIsNoChild() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let session = HandspanSession(handspan: handspan)
        try await handspan.tracer.withSpan("checkout") { _ in
            _ = try await session.data(from: server.url("ads.localhost"))
            var own = URLRequest(url: server.url("shop.localhost"))
            own.setValue(
                "00-\(String(repeating: "b", count: 32))-\(String(repeating: "c", count: 16))-01",
                forHTTPHeaderField: "traceparent")
            _ = try await session.data(for: own)
        }
        #expect(core.told.finished.map(\.parentSpanId) == [nil, nil])
    }

    @Test func anotherHandspansSpanIsNoParent() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let other = await Handspan.ready(on: FakeCore()).tracer.startSpan("theirs")
        handspan.tracer.startSpan("ours", parent: other).end()
        #expect(spans(core).map(\.parentSpanId) == [nil])
        let session = HandspanSession(handspan: handspan)
        _ = try await session.with(parent: other).data(from: server.url("shop.localhost"))
        #expect(core.told.planned.map(\.ids) == [nil])
        #expect(core.told.finished.map(\.parentSpanId) == [nil])
    }

    @Test(arguments: ["before ready", "nothing is recorded"])
    func aSpanThatDoesNothing(why: String) async throws {
        let gate = DispatchSemaphore(value: 0)
        let core = FakeCore(records: false)
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return core
        }
        if why == "nothing is recorded" {
            gate.signal()
            await handspan.awaitReady(timeout: 30)
        }
        let span = handspan.tracer.withSpan("early") { span in
            span.setAttribute("a", 1)
            span.setError(Refused())
            return handspan.tracer.withSpan("in it") { $0 }
        }
        #expect(span.traceID == nil && span.spanID == nil && !span.isSampled)
        if why == "before ready" {
            gate.signal()
            await handspan.awaitReady(timeout: 30)
        }
        let server = try TestServer()
        let session = HandspanSession(handspan: handspan).with(parent: span)
        _ = try await session.data(from: server.url("shop.localhost"))
        #expect(core.told.planned.map(\.ids) == [nil])
        #expect(core.told.commands == [])
    }
}
