import Foundation
import Testing

@testable import Handspan

/// The table of `tests/hops/scenarios.json`, as far as it applies to URLSession, against real servers.
@Suite struct HopScenarioTests {
    @Test(.timeLimit(.minutes(5))) func everyScenarioThatApplies() async throws {
        let table = try HopTable.read()
        let applying = table.scenarios.filter { $0.not_on?[HopVerdict.platform] == nil }
        #expect(applying.count >= 80)
        for way in HopWay.allCases {
            var total = Total()
            for scenario in applying where way.cannot[scenario.id] == nil {
                let run = try await HopRun(scenario, table.hosts, way)
                let verdict = HopVerdict(scenario, table.hosts, run)
                for fault in verdict.faults { Issue.record("\(way.rawValue): \(scenario.id): \(fault)") }
                total.add(verdict)
            }
            total.print(way)
            for (id, why) in way.cannot { print("hops: urlsession, not by \(way.rawValue): \(id): \(why)") }
            #expect(total.leaks == 0, "\(way.rawValue)")
            #expect(total.misses == 0, "\(way.rawValue)")
            #expect(total.twice == 0, "\(way.rawValue)")
            #expect(total.sameSpan == 0, "\(way.rawValue)")
        }
    }

    @Test func whatDoesNotApplyIsNamedWithItsReason() throws {
        var reasons: [String: Int] = [:]
        for scenario in try HopTable.read().scenarios {
            if let reason = scenario.not_on?[HopVerdict.platform] { reasons[reason, default: 0] += 1 }
        }
        #expect(!reasons.keys.contains(""))
        for (reason, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            print("hops: not on urlsession: \(count): \(reason)")
        }
    }
}

/// The verdicts of a way, added up.
private struct Total {
    var scenarios = 0
    var requests = 0
    var leaks = 0
    var misses = 0
    var twice = 0
    var sameSpan = 0
    var named: [String: Int] = [:]

    mutating func add(_ verdict: HopVerdict) {
        scenarios += 1
        requests += verdict.requests
        leaks += verdict.leaks
        misses += verdict.misses
        twice += verdict.twice
        sameSpan += verdict.sameSpan
        for why in verdict.named { named[why, default: 0] += 1 }
    }

    func print(_ way: HopWay) {
        Swift.print(
            "hops: urlsession, \(way.rawValue): \(scenarios) scenarios, \(requests) requests, \(leaks) leaks, "
                + "\(misses) misses, \(twice) twice, \(sameSpan) span ids reused")
        for (why, count) in named.sorted(by: { $0.key < $1.key }) {
            Swift.print("hops: urlsession, \(way.rawValue): \(count) span ids reused, named: \(why)")
        }
    }
}
