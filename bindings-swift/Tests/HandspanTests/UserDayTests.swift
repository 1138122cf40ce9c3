import Foundation
import Testing

@testable import Handspan

/// Let the core's clock stand still, and put it forward: a development build has these symbols.
@_silgen_name("handspan_test_hold_clock")
private func holdClock(_ held: UInt32)
@_silgen_name("handspan_test_skip_ms")
private func skip(_ ms: UInt64)

private let environment = ProcessInfo.processInfo.environment

/// A user's day, told in Swift. Its events go into the file that `HANDSPAN_USER_DAY_EVENTS` names, where they are compared with
/// those of the other languages; `HANDSPAN_USER_DAY` names the script. It holds the clock of the process: it runs alone.
@Suite(.enabled(if: environment["HANDSPAN_USER_DAY"] != nil)) struct UserDayTests {
    @Test func aUsersDayBecomesEvents() async throws {
        let path = try #require(environment["HANDSPAN_USER_DAY"])
        let script = try JSONDecoder().decode(Script.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        holdClock(1)
        defer { holdClock(0) }
        let fixture = try await Fixture {
            $0.inspect = false
            $0.batchMaxAgeMs = 3_600_000
        }
        let handspan = fixture.handspan
        // All is sent at the end: when a batch leaves is none of the day's.
        handspan.setUploadConditions(UploadConditions(network: .none))
        var now: UInt64 = 0
        for fields in script.steps {
            let step = Step(fields: fields)
            let at = UInt64(try step.whole("at"))
            skip(at - now)
            now = at
            try tell(handspan, step)
        }
        skip(60_000)
        handspan.setUploadConditions(UploadConditions(network: .unmetered))
        #expect(await handspan.flush(timeout: 30), "\(handspan.stats)")
        handspan.shutdown()
        let bodies = try await fixture.intake.requests().map { String(decoding: $0.body, as: UTF8.self) }
        #expect(!bodies.isEmpty)
        let file = try #require(environment["HANDSPAN_USER_DAY_EVENTS"])
        try bodies.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    }

    private func tell(_ handspan: Handspan, _ step: Step) throws {
        switch try step.text("call") {
        case "set_user":
            handspan.setUser(
                id: try step.text("id"), name: step.textIfAny("name"), email: step.textIfAny("email"),
                attributes: step.attributes)
        case "clear_user": handspan.clearUser()
        case "set_account":
            handspan.setAccount(id: try step.text("id"), name: step.textIfAny("name"), attributes: step.attributes)
        case "enter_background": handspan.enterBackground()
        case "enter_foreground": handspan.enterForeground()
        case "log":
            handspan.logger(name: try step.text("logger")).log(
                try step.kind("level"), try step.text("message"), attributes: step.attributes)
        default: try tell(handspan.rum, step)
        }
    }

    private func tell(_ rum: RumMonitor, _ step: Step) throws {
        let attributes = step.attributes
        switch try step.text("call") {
        case "start_view":
            rum.startView(
                key: try step.text("key"), name: try step.text("name"), url: step.textIfAny("url"), attributes: attributes)
        case "stop_view": rum.stopView(key: try step.text("key"), attributes: attributes)
        case "add_view_timing": rum.addViewTiming(name: try step.text("name"))
        case "add_view_loading_time": rum.addViewLoadingTime(overwrite: step.isSet("overwrite"))
        case "set_view_attributes": rum.setViewAttributes(attributes)
        case "remove_view_attributes": rum.removeViewAttributes(step.texts("names"))
        case "add_action":
            rum.addAction(type: try step.kind("kind"), name: try step.text("name"), attributes: attributes)
        case "start_action":
            rum.startAction(type: try step.kind("kind"), name: try step.text("name"), attributes: attributes)
        case "stop_action":
            rum.stopAction(type: try step.kindIfAny("kind"), name: step.textIfAny("name"), attributes: attributes)
        case "add_error": rum.addError(try error(step))
        case "start_resource":
            rum.startResource(
                key: try step.text("key"), method: try step.text("method"), url: try step.text("url"),
                attributes: attributes)
        case "stop_resource":
            rum.stopResource(
                key: try step.text("key"), statusCode: try step.whole("status_code"), kind: try step.kind("kind"),
                size: Int64(try step.whole("size")), attributes: attributes)
        case "stop_resource_with_error":
            rum.stopResourceWithError(
                key: try step.text("key"), message: try step.text("message"), statusCode: try step.whole("status_code"),
                attributes: attributes)
        case "add_long_task": rum.addLongTask(duration: try step.seconds("duration_ms"), attributes: attributes)
        case "add_performance_sample":
            rum.addPerformanceSample(
                memoryBytes: try step.number("memory_bytes"), cpuTicks: try step.number("cpu_ticks"),
                refreshRate: try step.number("refresh_rate"))
        case "add_duration_vital":
            rum.addDurationVital(
                name: try step.text("name"), duration: try step.seconds("duration_ms"),
                description: step.textIfAny("description"), attributes: attributes)
        case "add_operation_step": try operation(rum, step)
        case "add_app_launch":
            rum.addAppLaunch(
                metric: try step.text("metric") == "time_to_initial_display" ? .timeToInitialDisplay : .timeToFullDisplay,
                duration: try step.seconds("duration_ms"), startup: try step.kind("startup"))
        case "add_feature_flag": rum.addFeatureFlag(name: try step.text("name"), value: try step.value("value"))
        case "set_attributes": for (name, value) in attributes { rum.setAttribute(name, value) }
        case "remove_attributes": step.texts("names").forEach { rum.removeAttribute($0) }
        case "set_connectivity":
            rum.setConnectivity(
                Connectivity(
                    status: try step.kind("status"),
                    interfaces: step.texts("interfaces").compactMap(Connectivity.Interface.init(rawValue:)),
                    cellularTechnology: step.textIfAny("cellular_technology"),
                    carrierName: step.textIfAny("carrier_name")))
        case "stop_session": rum.stopSession()
        case let call: throw Unknown(what: call)
        }
    }

    private func operation(_ rum: RumMonitor, _ step: Step) throws {
        let (name, key, attributes) = (try step.text("name"), step.textIfAny("key"), step.attributes)
        switch try step.text("step") {
        case "start": rum.startOperation(name: name, key: key, attributes: attributes)
        case "update": rum.updateOperation(name: name, key: key, attributes: attributes)
        case "retry": rum.retryOperation(name: name, key: key, attributes: attributes)
        case "succeed": rum.succeedOperation(name: name, key: key, attributes: attributes)
        case "fail_abandoned": rum.failOperation(name: name, key: key, reason: .abandoned, attributes: attributes)
        case let kind: throw Unknown(what: kind)
        }
    }

    private func error(_ step: Step) throws -> RumError {
        RumError(
            message: try step.text("message"), source: try step.kind("source"), type: step.textIfAny("error_type"),
            stack: step.textIfAny("stack"), isCrash: step.isSet("is_crash"), handling: try step.kindIfAny("handling"),
            category: try step.kindIfAny("category"),
            fingerprint: step.textIfAny("fingerprint"), attributes: step.attributes)
    }
}

private struct Unknown: Error {
    let what: String
}

private struct Script: Decodable {
    let steps: [[String: Json]]
}

/// A step of the script.
private struct Step {
    let fields: [String: Json]

    var attributes: [String: AttributeValue] {
        guard case .dictionary(let members)? = fields["attributes"]?.value else { return [:] }
        return members
    }

    func value(_ name: String) throws -> AttributeValue {
        guard let field = fields[name] else { throw Unknown(what: name) }
        return field.value
    }

    func textIfAny(_ name: String) -> String? {
        guard case .string(let text)? = fields[name]?.value else { return nil }
        return text
    }

    func text(_ name: String) throws -> String {
        guard let text = textIfAny(name) else { throw Unknown(what: name) }
        return text
    }

    func texts(_ name: String) -> [String] {
        guard case .array(let values)? = fields[name]?.value else { return [] }
        return values.compactMap { value in
            guard case .string(let text) = value else { return nil }
            return text
        }
    }

    func whole(_ name: String) throws -> Int {
        guard case .int(let number) = try value(name) else { throw Unknown(what: name) }
        return number
    }

    func number(_ name: String) throws -> Double { Double(try whole(name)) }

    func seconds(_ name: String) throws -> TimeInterval { try number(name) / 1_000 }

    func isSet(_ name: String) -> Bool { fields[name]?.value == .bool(true) }

    func kindIfAny<Kind: RawRepresentable<String>>(_ name: String) throws -> Kind? {
        guard let text = textIfAny(name) else { return nil }
        guard let kind = Kind(rawValue: text) else { throw Unknown(what: text) }
        return kind
    }

    func kind<Kind: RawRepresentable<String>>(_ name: String) throws -> Kind {
        guard let kind: Kind = try kindIfAny(name) else { throw Unknown(what: name) }
        return kind
    }
}

/// JSON as an attribute's value.
private struct Json: Decodable {
    let value: AttributeValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let flag = try? container.decode(Bool.self) {
            value = .bool(flag)
        } else if let whole = try? container.decode(Int.self) {
            value = .int(whole)
        } else if let number = try? container.decode(Double.self) {
            value = .double(number)
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let values = try? container.decode([Json].self) {
            value = .array(values.map(\.value))
        } else {
            value = .dictionary(try container.decode([String: Json].self).mapValues(\.value))
        }
    }
}
