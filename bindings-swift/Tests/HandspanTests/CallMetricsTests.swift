import Foundation
import Testing

import struct HandspanBindings.Phase

@testable import Handspan

/// The mapper from what a platform measured to the core's timings. Linux delivers no metrics, so it is fed by hand.
@Suite struct CallMetricsTests {
    private let start = Date(timeIntervalSinceReferenceDate: 800_000_000)
    private func at(_ milliseconds: Double) -> Date { start.addingTimeInterval(milliseconds / 1_000) }

    @Test func phasesCountFromTheStartOfTheCall() throws {
        let metrics = CallMetrics(
            start: start, end: at(100),
            transactions: [
                .init(
                    fetchStart: at(1), domainLookupStart: at(2), domainLookupEnd: at(12), connectStart: at(12),
                    secureConnectionStart: at(22), secureConnectionEnd: at(42), connectEnd: at(42),
                    requestStart: at(43), requestEnd: at(45), responseStart: at(80), responseEnd: at(99),
                    protocolName: "h2", responseBodyBytes: 512)
            ])
        #expect(milliseconds(Phase(startNs: 0, durationNs: metrics.durationNs)) == [0, 100])
        #expect(metrics.protocolName == "h2")
        #expect(metrics.responseBodyBytes == 512)
        let timings = metrics.timings
        #expect(milliseconds(timings.dns) == [2, 10])
        #expect(milliseconds(timings.connect) == [12, 30])
        #expect(milliseconds(timings.ssl) == [22, 20])
        #expect(milliseconds(timings.firstByte) == [45, 35])
        #expect(milliseconds(timings.download) == [80, 19])
        #expect(timings.redirect == nil)
    }

    @Test func aReusedConnectionHasNoSetUp() {
        let metrics = CallMetrics(
            start: start, end: at(20),
            transactions: [
                .init(
                    fetchStart: at(0), requestStart: at(1), requestEnd: at(2), responseStart: at(10),
                    responseEnd: at(19))
            ])
        #expect(metrics.timings.dns == nil)
        #expect(metrics.timings.connect == nil)
        #expect(metrics.timings.ssl == nil)
        #expect(milliseconds(metrics.timings.firstByte) == [2, 8])
    }

    @Test func afterARedirectTheLastHopCountsAndTheWayThereIsRedirect() {
        let metrics = CallMetrics(
            start: start, end: at(50),
            transactions: [
                .init(
                    fetchStart: at(0), requestStart: at(1), requestEnd: at(2), responseStart: at(10),
                    responseEnd: at(11)),
                .init(
                    fetchStart: at(20), requestStart: at(21), requestEnd: at(22), responseStart: at(40),
                    responseEnd: at(49)),
            ])
        #expect(milliseconds(metrics.timings.redirect) == [0, 20])
        #expect(milliseconds(metrics.timings.firstByte) == [22, 18])
    }

    @Test func datesThatRunBackwardsAreLeftOut() {
        let metrics = CallMetrics(
            start: start, end: at(-5),
            transactions: [.init(requestEnd: at(30), responseStart: at(10), responseEnd: at(40))])
        #expect(metrics.durationNs == 0)
        #expect(metrics.timings.firstByte == nil)
        #expect(milliseconds(metrics.timings.download) == [10, 30])
    }

    @Test func withoutAnExchangeNothingIsKnown() {
        let metrics = CallMetrics(start: start, end: at(3), transactions: [])
        #expect(metrics.timings == .unknown)
        #expect(metrics.responseBodyBytes == nil)
        #expect(metrics.protocolName == nil)
    }

    /// Start and length; dates are floating point, so to the microsecond.
    private func milliseconds(_ phase: Phase?) -> [Double]? {
        phase.map { [$0.startNs, $0.durationNs].map { (Double($0) / 1_000).rounded() / 1_000 } }
    }
}
