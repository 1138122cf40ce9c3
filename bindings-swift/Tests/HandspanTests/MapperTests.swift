import Foundation
import Testing

import struct HandspanBindings.Attribute
import struct HandspanBindings.CoreConfiguration
import struct HandspanBindings.MappableEvent

@testable import Handspan

/// Events that the app's mappers see.
@Suite struct MapperTests {
    private func event(_ type: String) -> MappableEvent {
        MappableEvent(
            id: 7, eventType: type, viewName: "View", viewUrl: "/view", actionName: "Buy", resourceUrl: "/r",
            message: "m", stack: "s", fingerprint: "f",
            attributes: [Attribute(name: "email", value: .text(value: "z@example.com"))])
    }

    private func configuration(_ change: (inout HandspanConfiguration) -> Void) -> HandspanConfiguration {
        var configuration = HandspanConfiguration(clientToken: "", applicationID: "")
        change(&configuration)
        return configuration
    }

    private func mapped(
        _ event: MappableEvent, _ change: (inout HandspanConfiguration) -> Void
    ) async throws -> MappableEvent? {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core, mappers: EventMappers(configuration(change)))
        defer { handspan.shutdown() }
        let answer = try #require(await core.map(event))
        #expect(answer.id == event.id)
        return answer.event
    }

    @Test func aMapperOfEachTypeChangesItsOwn() async throws {
        let view = try await mapped(event("view")) {
            $0.viewEventMapper = { view in
                var view = view
                view.viewName = view.viewName?.uppercased()
                view.viewURL = "/v"
                view.attributes["email"] = nil
                return view
            }
        }
        #expect(view?.viewName == "VIEW")
        #expect(view?.viewUrl == "/v")
        #expect(view?.attributes == [])

        let action = try await mapped(event("action")) {
            $0.actionEventMapper = { action in
                var action = action
                action.actionName = "Something"
                return action
            }
        }
        #expect(action?.actionName == "Something")
        #expect(action?.viewName == "View")
        #expect(action?.attributes == event("action").attributes)

        let resource = try await mapped(event("resource")) {
            $0.resourceEventMapper = { resource in
                var resource = resource
                resource.resourceURL = "/hidden"
                return resource
            }
        }
        #expect(resource?.resourceUrl == "/hidden")

        let error = try await mapped(event("error")) {
            $0.errorEventMapper = { error in
                var error = error
                (error.message, error.stack, error.fingerprint) = ("x", nil, "group")
                error.attributes = ["n": 1]
                return error
            }
        }
        #expect(error?.message == "x")
        #expect(error?.stack == nil)
        #expect(error?.fingerprint == "group")
        #expect(error?.resourceUrl == "/r")
        #expect(error?.attributes == [Attribute(name: "n", value: .int(value: 1))])

        let log = try await mapped(event("log")) {
            $0.logEventMapper = { log in
                var log = log
                log.message = "no names"
                return log
            }
        }
        #expect(log?.message == "no names")
        #expect(log?.viewName == "View")
    }

    @Test(arguments: ["action", "resource", "error", "long_task", "vital", "log"])
    func nilDropsAnEvent(type: String) async throws {
        let answer = try await mapped(event(type)) {
            $0.actionEventMapper = { _ in nil }
            $0.resourceEventMapper = { _ in nil }
            $0.errorEventMapper = { _ in nil }
            $0.longTaskEventMapper = { _ in nil }
            $0.vitalEventMapper = { _ in nil }
            $0.logEventMapper = { _ in nil }
        }
        #expect(answer == nil)
    }

    @Test func whatNobodyAskedForComesBackAsItIs() async throws {
        let view = event("view")
        #expect(try await mapped(view) { $0.logEventMapper = { _ in nil } } == view)
    }

    @Test func oneAfterAnother() async throws {
        let core = FakeCore()
        let mappers = EventMappers(configuration { $0.viewEventMapper = { $0 } })
        let handspan = await Handspan.ready(on: core, mappers: mappers)
        for _ in 0..<50 { #expect(await core.map(event("view"))?.event != nil) }
        #expect(core.told.answers.count == 50)
        handspan.shutdown()
    }

    @Test func theCoreIsToldWhichTypesAreSeen() {
        let seen = configuration {
            $0.viewEventMapper = { $0 }
            $0.longTaskEventMapper = { $0 }
            $0.logEventMapper = { $0 }
        }
        #expect(CoreConfiguration(seen).mappedEvents == ["log", "long_task", "view"])
        #expect(CoreConfiguration(configuration { _ in }).mappedEvents == [])
    }

    @Test func withoutAMapperNobodyAsks() async {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core, mappers: EventMappers(configuration { _ in }))
        handspan.shutdown()
        await core.stopped()
        #expect(core.questions == 0)
    }
}

/// The configuration of what is recorded, as the core takes it.
@Suite struct RecordingConfigurationTests {
    @Test func itReachesTheCore() {
        var configuration = HandspanConfiguration(clientToken: "", applicationID: "")
        let usual = CoreConfiguration(configuration)
        #expect(usual.trackBackgroundEvents && usual.trackFrustrations && usual.trackAnonymousUser)
        #expect(usual.syntheticsTest == nil && usual.ciTestExecutionId == nil)
        #expect(usual.capturedHeaders == [] && usual.redactedQueryParameters == [] && usual.pathPatterns == [])

        configuration.trackBackgroundEvents = false
        configuration.trackFrustrations = false
        configuration.trackAnonymousUser = false
        configuration.syntheticsTest = SyntheticsTest(testID: "t", resultID: "r")
        configuration.ciTestExecutionID = "ci"
        configuration.capturedHeaders = ["x-cache"]
        configuration.redactedQueryParameters = ["*"]
        configuration.pathPatterns = ["/users/{user}"]
        let core = CoreConfiguration(configuration)
        #expect(!core.trackBackgroundEvents && !core.trackFrustrations && !core.trackAnonymousUser)
        #expect(core.syntheticsTest == .init(testId: "t", resultId: "r"))
        #expect(core.ciTestExecutionId == "ci")
        #expect(core.capturedHeaders == ["x-cache"])
        #expect(core.redactedQueryParameters == ["*"])
        #expect(core.pathPatterns == ["/users/{user}"])
    }
}
