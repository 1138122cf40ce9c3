import Foundation
import Testing

import struct HandspanBindings.HopPlan

@testable import Handspan

/// From planned hops to those that went out, by what the platform measured.
@Suite struct CallHopTests {
    private func hops(_ statuses: UInt16?...) -> [CallHop] {
        statuses.enumerated().map { number, status in
            CallHop(url: "hop \(number)", plan: .notReady, set: SetHeaders(), statusCode: status)
        }
    }

    private func network(_ status: UInt16?) -> CallMetrics.Transaction {
        CallMetrics.Transaction(statusCode: status)
    }

    private func cache(_ status: UInt16?) -> CallMetrics.Transaction {
        CallMetrics.Transaction(statusCode: status, fromCache: true)
    }

    private func sent(_ hops: [CallHop], _ transactions: CallMetrics.Transaction...) -> [String] {
        let metrics = CallMetrics(start: start, end: start, transactions: transactions)
        return CallHop.sent(hops, as: metrics).map { "\($0.url): \($0.statusCode.map(String.init) ?? "-")" }
    }

    private let start = Date(timeIntervalSinceReferenceDate: 800_000_000)

    @Test func eachExchangeHasItsTimes() {
        let at = { self.start.addingTimeInterval($0) }
        let metrics = CallMetrics(
            start: start, end: at(4),
            transactions: [
                .init(fetchStart: at(0), responseEnd: at(1), statusCode: 302),
                .init(fetchStart: at(1.5), responseEnd: at(2), statusCode: 401),
                .init(fetchStart: at(2.5), responseEnd: at(4), statusCode: 200),
            ])
        let sent = CallHop.sent(hops(302, 200), as: metrics)
        #expect(sent.map(\.startNs) == [0, 1_500_000_000, 2_500_000_000])
        #expect(sent.map(\.durationNs) == [1_000_000_000, 500_000_000, 1_500_000_000])
    }

    @Test func oneExchangeAHopIsTheUsualThing() {
        #expect(sent(hops(200), network(200)) == ["hop 0: 200"])
        #expect(sent(hops(302, 200), network(302), network(200)) == ["hop 0: 302", "hop 1: 200"])
        #expect(sent(hops(nil), network(nil)) == ["hop 0: -"])
        // A redirect that the app refused.
        #expect(sent(hops(302), network(302)) == ["hop 0: 302"])
    }

    @Test func aRequestThatURLSessionSentAgainIsAnotherHop() {
        #expect(sent(hops(200), network(401), network(200)) == ["hop 0: 401", "hop 0: 200"])
        #expect(sent(hops(200), network(nil), network(200)) == ["hop 0: -", "hop 0: 200"])
        #expect(
            sent(hops(302, 200), network(302), network(401), network(200)) == [
                "hop 0: 302", "hop 1: 401", "hop 1: 200",
            ])
        #expect(
            sent(hops(302, 200), network(401), network(302), network(200)) == [
                "hop 0: 401", "hop 0: 302", "hop 1: 200",
            ])
    }

    @Test func whatTheCacheAnsweredWasNoHop() {
        #expect(sent(hops(200), cache(200)) == [])
        #expect(sent(hops(301, 200), cache(301), network(200)) == ["hop 1: 200"])
        // Looked up, and asked about.
        #expect(sent(hops(200), cache(200), network(304)) == ["hop 0: 200"])
        #expect(sent(hops(200), network(304)) == ["hop 0: 200"])
    }

    @Test func aHopThatNothingWasMeasuredOfStays() {
        #expect(sent(hops(302, nil), network(302)) == ["hop 0: 302", "hop 1: -"])
        #expect(sent(hops(200)) == ["hop 0: 200"])
        #expect(sent(hops(200), network(302), network(302), network(200)) == ["hop 0: 200"])
    }
}
