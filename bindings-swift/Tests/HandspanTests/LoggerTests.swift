import Foundation
import Testing

import struct HandspanBindings.Attribute
import struct HandspanBindings.LogLine

@testable import Handspan

/// Lines of a log, as they reach the core.
@Suite struct LoggerTests {
    private func lines(_ core: FakeCore) -> [LogLine] {
        core.told.commands.compactMap { command in
            guard case .log(let line) = command else { return nil }
            return line
        }
    }

    @Test func eachLevelHasItsCall() async {
        let core = FakeCore()
        let logger = await Handspan.ready(on: core).logger(name: "cart")
        logger.debug("d")
        logger.info("i")
        logger.notice("n")
        logger.warn("w")
        logger.error("e")
        logger.critical("c")
        #expect(lines(core).map(\.level) == [.debug, .info, .notice, .warn, .error, .critical])
        #expect(lines(core).map(\.message) == ["d", "i", "n", "w", "e", "c"])
        #expect(lines(core).allSatisfy { $0.loggerName == "cart" && $0.span == nil && $0.errorType == nil })
    }

    @Test func aLineCarriesItsErrorAndItsAttributes() async {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        handspan.logger().warn("again", error: URLError(.timedOut), attributes: ["try": 2])
        let line = lines(core)[0]
        #expect(line.loggerName == nil)
        #expect(line.errorType == "NSURLErrorDomain -1001")
        #expect(line.errorMessage?.isEmpty == false)
        #expect(line.attributes == [Attribute(name: "try", value: .int(value: 2))])
    }

    @Test func aLoggersAttributesAreOnItsLinesUntilTheyAreRemoved() async {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let logger = handspan.logger()
        logger.setAttribute("flow", "pay")
        logger.info("one", attributes: ["step": 1])
        logger.info("two", attributes: ["flow": "refund"])
        handspan.logger().info("another's")
        logger.removeAttribute("flow")
        logger.info("three")
        #expect(lines(core).map { $0.attributes.map(\.name) } == [["flow", "step"], ["flow"], [], []])
        #expect(lines(core)[1].attributes[0].value == .text(value: "refund"))
    }

    @Test func aLineBelongsToTheActiveSpan() async {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let other = await Handspan.ready(on: FakeCore())
        let ids = handspan.tracer.withSpan("checkout") { span in
            handspan.logger().info("in it")
            other.logger().info("of another session")
            return (span.traceID, span.spanID)
        }
        handspan.logger().info("after it")
        #expect(lines(core).map(\.span?.traceId) == [ids.0, nil])
        #expect(lines(core).map(\.span?.spanId) == [ids.1, nil])
    }

    @Test func itKnowsItsThread() async {
        let core = FakeCore()
        let logger = await Handspan.ready(on: core).logger()
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                // Foundation on Linux takes no name until whoever began the thread has gone on.
                while Thread.current.name != "uploader" { Thread.current.name = "uploader" }
                logger.info("up")
                continuation.resume()
            }
        }
        #expect(lines(core).map(\.threadName) == ["uploader"])
    }
}
