import Foundation
import Testing

import struct HandspanBindings.Attribute

@testable import Handspan

/// What is said of a session, as it reaches the core.
@Suite struct RumMonitorTests {
    @Test func eachCallIsItsCommand() async throws {
        let core = FakeCore()
        let rum = await Handspan.ready(on: core).rum
        let gold = [Attribute(name: "plan", value: .text(value: "gold"))]

        rum.startView(key: "cart", name: "Cart", url: "/cart", attributes: ["plan": "gold"])
        rum.addViewTiming(name: "hero")
        rum.addViewLoadingTime()
        rum.addViewLoadingTime(overwrite: true)
        rum.setViewAttributes(["plan": "gold"])
        rum.removeViewAttributes(["plan", "items"])
        rum.addAction(type: .tap, name: "Buy", attributes: ["plan": "gold"])
        rum.startAction(type: .scroll, name: "List")
        rum.stopAction()
        rum.stopAction(type: .swipe, name: "Carousel", attributes: ["plan": "gold"])
        rum.startResource(key: "r1", method: "GET", url: "https://a.example/x")
        rum.stopResource(key: "r1", statusCode: 200, kind: .image, size: 12)
        rum.startResource(key: "r2", method: "POST", url: "https://a.example/y", attributes: ["plan": "gold"])
        rum.stopResourceWithError(key: "r2", message: "lost", type: "Timeout", statusCode: 504, stack: "at x")
        rum.addLongTask(duration: 0.25)
        rum.addPerformanceSample(memoryBytes: 1e8, refreshRate: 58.5)
        rum.addDurationVital(name: "decode", duration: 1.5, description: "hero")
        rum.startOperation(name: "login", key: "1")
        rum.updateOperation(name: "login", key: "1")
        rum.retryOperation(name: "login", key: "1")
        rum.succeedOperation(name: "login")
        rum.failOperation(name: "login", reason: .error)
        rum.failOperation(name: "login", reason: .abandoned)
        rum.failOperation(name: "login", reason: .other, attributes: ["plan": "gold"])
        rum.addAppLaunch(metric: .timeToInitialDisplay, duration: 0.8, startup: .coldStart, isPrewarmed: true)
        rum.addFeatureFlag(name: "checkout", value: "new")
        rum.setAttribute("plan", "gold")
        rum.removeAttribute("plan")
        rum.setConnectivity(
            Connectivity(status: .connected, interfaces: [.cellular, .wifi], cellularTechnology: "LTE"))
        rum.stopView(key: "cart")
        rum.stopSession()

        let expected: [CoreCommand] = [
            .startView(key: "cart", name: "Cart", url: "/cart", attributes: gold),
            .addViewTiming(name: "hero"),
            .addViewLoadingTime(overwrite: false),
            .addViewLoadingTime(overwrite: true),
            .setViewAttributes(attributes: gold),
            .removeViewAttributes(names: ["plan", "items"]),
            .addAction(kind: .tap, name: "Buy", attributes: gold),
            .startAction(kind: .scroll, name: "List", attributes: []),
            .stopAction(kind: nil, name: nil, attributes: []),
            .stopAction(kind: .swipe, name: "Carousel", attributes: gold),
            .startResource(key: "r1", method: "GET", url: "https://a.example/x", attributes: []),
            .stopResource(key: "r1", statusCode: 200, kind: .image, size: 12, attributes: []),
            .startResource(key: "r2", method: "POST", url: "https://a.example/y", attributes: gold),
            .stopResourceWithError(
                key: "r2", statusCode: 504, message: "lost", errorType: "Timeout", stack: "at x", attributes: []),
            .addLongTask(durationNs: 250_000_000, attributes: []),
            .addPerformanceSample(memoryBytes: 1e8, cpuTicks: nil, refreshRate: 58.5),
            .addDurationVital(name: "decode", description: "hero", durationNs: 1_500_000_000, attributes: []),
            .addOperationStep(name: "login", key: "1", step: .start, attributes: []),
            .addOperationStep(name: "login", key: "1", step: .update, attributes: []),
            .addOperationStep(name: "login", key: "1", step: .retry, attributes: []),
            .addOperationStep(name: "login", key: nil, step: .succeed, attributes: []),
            .addOperationStep(name: "login", key: nil, step: .failWithError, attributes: []),
            .addOperationStep(name: "login", key: nil, step: .failAbandoned, attributes: []),
            .addOperationStep(name: "login", key: nil, step: .failOther, attributes: gold),
            .addAppLaunch(
                metric: .timeToInitialDisplay, durationNs: 800_000_000, startup: .coldStart, isPrewarmed: true,
                hasSavedInstanceState: nil),
            .addFeatureFlag(name: "checkout", value: .text(value: "new")),
            .setAttributes(attributes: gold),
            .removeAttributes(names: ["plan"]),
            .setConnectivity(
                connectivity: .init(
                    status: .connected, interfaces: [.cellular, .wifi], cellularTechnology: "LTE", carrierName: nil)),
            .stopView(key: "cart", attributes: []),
            .stopSession,
        ]
        let told = core.told.commands
        #expect(told.count == expected.count)
        for (told, expected) in zip(told, expected) { #expect(told == expected) }
        #expect(core.told.agesMs.allSatisfy { $0 == 0 })
    }

    @Test func everyKindHasItsOwn() {
        let actions = ActionType.allCases.map { "\(CoreActionKind($0))" }
        #expect(actions == ActionType.allCases.map { "\($0)" })
        let resources = ResourceKind.allCases.map { "\(CoreResourceKind($0))" }
        #expect(resources == ResourceKind.allCases.map { "\($0)" })
        let sources = ErrorSource.allCases.map { "\(CoreErrorSource($0))" }
        #expect(sources == ErrorSource.allCases.map { "\($0)" })
        let categories = ErrorCategory.allCases.map { "\(CoreErrorCategory($0))" }
        #expect(categories == ErrorCategory.allCases.map { "\($0)" })
        let interfaces = Connectivity.Interface.allCases.map { "\(CoreConnectivityInterface($0))" }
        #expect(interfaces == Connectivity.Interface.allCases.map { "\($0)" })
        let levels = LogLevel.allCases.map { "\(CoreLogLevel($0))" }
        #expect(levels == LogLevel.allCases.map { "\($0)" })
    }

    @Test(arguments: [
        (0.0, 0), (-1, 0), (-.infinity, 0), (.nan, 0), (1e-9, 1), (0.7, 700_000_000), (1e300, .max), (.infinity, .max),
    ] as [(TimeInterval, UInt64)])
    func aDurationIsWhatACounterHolds(seconds: TimeInterval, nanoseconds: UInt64) {
        #expect(seconds.nanoseconds == nanoseconds)
    }

    @Test func whatNoCounterHoldsIsLeftOut() async {
        let core = FakeCore()
        let rum = await Handspan.ready(on: core).rum
        rum.stopResource(key: "r", statusCode: -1, size: -1)
        #expect(
            core.told.commands == [
                .stopResource(key: "r", statusCode: nil, kind: .native, size: nil, attributes: [])
            ])
    }

    @Test func aMonitorCanBeMocked() {
        final class Said: HandspanMonitor, @unchecked Sendable {
            private(set) var commands: [RumCommand] = []
            func record(_ command: RumCommand) { commands.append(command) }
        }
        struct Checkout {
            let rum: any HandspanMonitor
            func open() { rum.startView(key: "checkout", name: "Checkout") }
        }
        let said = Said()
        Checkout(rum: said).open()
        #expect(said.commands == [.startView(key: "checkout", name: "Checkout", url: nil, attributes: [:])])
    }
}

/// Errors, as Swift knows them.
@Suite struct RumErrorTests {
    private enum CartError: Error, LocalizedError {
        case empty, sold(String)
        var errorDescription: String? {
            if case .sold(let what) = self { return "\(what) is sold" }
            return nil
        }
    }

    private func reported(_ said: (RumMonitor) -> Void) async throws -> CoreError {
        let core = FakeCore()
        said(await Handspan.ready(on: core).rum)
        guard case .addError(let error) = try #require(core.told.commands.first) else {
            throw CocoaError(.featureUnsupported)
        }
        return error
    }

    @Test func aSwiftErrorTellsItsTypeAndItsWords() async throws {
        let error = try await reported { $0.addError(CartError.sold("the last one"), stack: "at cart") }
        #expect(error.errorType?.hasSuffix("CartError") == true)
        #expect(error.message == "the last one is sold")
        #expect(error.stack == "at cart")
        #expect(error.source == .source)
        #expect(try await reported { $0.addError(CartError.empty) }.message == "empty")
    }

    @Test func anNSErrorTellsItsDomainItsCodeAndItsCauses() async throws {
        let root = NSError(domain: "disk", code: 28, userInfo: [NSLocalizedDescriptionKey: "no space"])
        let middle = NSError(
            domain: "store", code: 2, userInfo: [NSLocalizedDescriptionKey: "not kept", NSUnderlyingErrorKey: root])
        let outer = NSError(
            domain: "cart", code: 1, userInfo: [NSLocalizedDescriptionKey: "not saved", NSUnderlyingErrorKey: middle])
        let error = try await reported { $0.addError(outer, source: .custom, fingerprint: "f") }
        #expect(error.errorType == "cart 1")
        #expect(error.message == "not saved")
        #expect(error.source == .custom)
        #expect(error.fingerprint == "f")
        #expect(error.causes.map(\.errorType) == ["store 2", "disk 28"])
        #expect(error.causes.map(\.message) == ["not kept", "no space"])
    }

    @Test func aURLErrorIsCalledAsOnItsResource() async throws {
        let error = try await reported { $0.addError(URLError(.timedOut)) }
        #expect(error.errorType == "NSURLErrorDomain -1001")
    }

    @Test func allOfItCanBeSaid() async throws {
        let error = try await reported {
            $0.addError(
                RumError(
                    message: "hung", source: .agent, type: "Hang", stack: "main", isCrash: true, handling: .unhandled,
                    category: .appHang, fingerprint: "hang", causes: [.init(message: "lock", type: "L", stack: "s")],
                    freezeDuration: 2.5, attributes: ["n": 1]))
        }
        #expect(
            error
                == .init(
                    message: "hung", source: .agent, errorType: "Hang", stack: "main", isCrash: true,
                    handling: .unhandled, category: .appHang, fingerprint: "hang",
                    causes: [.init(message: "lock", errorType: "L", stack: "s")], freezeDurationNs: 2_500_000_000,
                    attributes: [Attribute(name: "n", value: .int(value: 1))]))
    }

    @Test func aFailedResourceTellsItsError() async {
        let core = FakeCore()
        await Handspan.ready(on: core).rum.stopResourceWithError(key: "r", error: CartError.sold("it"), statusCode: 410)
        guard case .stopResourceWithError(_, 410, let message, let type, nil, []) = core.told.commands.first else {
            Issue.record("\(core.told.commands)")
            return
        }
        #expect(message == "it is sold")
        #expect(type?.hasSuffix("CartError") == true)
    }
}
