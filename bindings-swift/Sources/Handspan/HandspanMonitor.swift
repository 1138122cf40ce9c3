import Foundation

/// What can be said of a session; ``Handspan/Handspan/rum`` is one. A class of the app's that takes `any HandspanMonitor` can
/// be tested with a mock of one method:
///
/// ```swift
/// final class Said: HandspanMonitor, @unchecked Sendable {
///     private(set) var commands: [RumCommand] = []
///     func record(_ command: RumCommand) { commands.append(command) }
/// }
/// ```
///
/// Every call may be made from any thread and returns at once, except with a crash (``RumError/isCrash``). What is over a limit is cut or dropped, and counted in
/// ``HandspanStatus``.
public protocol HandspanMonitor: Sendable {
    /// Something happened, now. The calls below make the command: an app uses those.
    func record(_ command: RumCommand)
}

// MARK: Views

extension HandspanMonitor {
    /// A screen appears. The one that was active is stopped.
    /// - Parameters:
    ///   - key: names it in ``stopView(key:attributes:)``.
    ///   - name: for people.
    ///   - url: as a class name or a route. Default: the key.
    ///   - attributes: on the view and on all events in it.
    public func startView(
        key: String, name: String, url: String? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        record(.startView(key: key, name: name, url: url, attributes: attributes))
    }

    /// A screen goes. Of one that is not active nothing happens.
    /// - Parameters:
    ///   - key: as it was started.
    ///   - attributes: on the view's last update.
    public func stopView(key: String, attributes: [String: AttributeValue] = [:]) {
        record(.stopView(key: key, attributes: attributes))
    }

    /// A moment of the active view, measured from its start.
    /// - Parameter name: letters, digits and `-_.@$`; another character becomes `_`.
    public func addViewTiming(name: String) {
        record(.addViewTiming(name: name))
    }

    /// The active view shows all that it is to show.
    /// - Parameter overwrite: in place of an earlier one; else the first stands. Default false.
    public func addViewLoadingTime(overwrite: Bool = false) {
        record(.addViewLoadingTime(overwrite: overwrite))
    }

    /// On the active view and the events in it, from now on, in place of those of the same names.
    public func setViewAttributes(_ attributes: [String: AttributeValue]) {
        record(.setViewAttributes(attributes))
    }

    /// The reverse.
    /// - Parameter names: of the attributes.
    public func removeViewAttributes(_ names: [String]) {
        record(.removeViewAttributes(names))
    }
}

// MARK: Actions

extension HandspanMonitor {
    /// The user did something: what it sets off within 100 ms, and what that sets off, belongs to it.
    /// - Parameters:
    ///   - type: what.
    ///   - name: on what.
    ///   - attributes: on the action.
    public func addAction(type: ActionType, name: String, attributes: [String: AttributeValue] = [:]) {
        record(.addAction(type: type, name: name, attributes: attributes))
    }

    /// The user begins something that lasts, as a scroll; at most 10 seconds of it count.
    /// - Parameters:
    ///   - type: what.
    ///   - name: on what.
    ///   - attributes: on the action.
    public func startAction(type: ActionType, name: String, attributes: [String: AttributeValue] = [:]) {
        record(.startAction(type: type, name: name, attributes: attributes))
    }

    /// And ends it.
    /// - Parameters:
    ///   - type: what it turned out to be. Default: as it was started.
    ///   - name: in place of the name that it was started under. Default: that one.
    ///   - attributes: on the action, beside those that it was started with.
    public func stopAction(
        type: ActionType? = nil, name: String? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        record(.stopAction(type: type, name: name, attributes: attributes))
    }
}

// MARK: Errors, long tasks

extension HandspanMonitor {
    /// Something went wrong.
    /// - Parameters:
    ///   - message: in words.
    ///   - type: its class. Default: none.
    ///   - stack: stack trace. Default: none.
    ///   - source: where it comes from.
    ///   - fingerprint: what it is grouped by in place of the stack. Default: none.
    ///   - attributes: on the error.
    public func addError(
        message: String, type: String? = nil, stack: String? = nil, source: ErrorSource = .source,
        fingerprint: String? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        addError(
            RumError(
                message: message, source: source, type: type, stack: stack, fingerprint: fingerprint,
                attributes: attributes))
    }

    /// Something went wrong, and Swift knows what: class, message and causes are the error's.
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - stack: stack trace, which a Swift error does not carry. Default: none.
    ///   - source: where it comes from.
    ///   - fingerprint: what it is grouped by. Default: none.
    ///   - attributes: on the error.
    public func addError(
        _ error: any Error, stack: String? = nil, source: ErrorSource = .source, fingerprint: String? = nil,
        attributes: [String: AttributeValue] = [:]
    ) {
        var said = RumError(error)
        (said.stack, said.source, said.fingerprint, said.attributes) = (stack, source, fingerprint, attributes)
        addError(said)
    }

    /// Something went wrong, with all that can be said of it: a crash, a hang, its causes.
    public func addError(_ error: RumError) {
        record(.addError(error))
    }

    /// The main thread was busy; it ended now.
    /// - Parameters:
    ///   - duration: seconds. From 0.7 on it is a frozen frame.
    ///   - attributes: on the long task.
    public func addLongTask(duration: TimeInterval, attributes: [String: AttributeValue] = [:]) {
        record(.addLongTask(duration: duration, attributes: attributes))
    }
}

// MARK: Resources by hand

extension HandspanMonitor {
    /// A request begins that ``HandspanSession`` does not see.
    /// - Parameters:
    ///   - key: names it in what ends it.
    ///   - method: HTTP method.
    ///   - url: URL.
    ///   - attributes: on the resource.
    public func startResource(key: String, method: String, url: String, attributes: [String: AttributeValue] = [:]) {
        record(.startResource(key: key, method: method, url: url, attributes: attributes))
    }

    /// It was answered.
    /// - Parameters:
    ///   - key: as it was started.
    ///   - statusCode: HTTP status. Default: none.
    ///   - kind: what came. Default ``ResourceKind/native``.
    ///   - size: bytes of the response's body. Default: not known.
    ///   - attributes: on the resource, beside those that it was started with.
    public func stopResource(
        key: String, statusCode: Int? = nil, kind: ResourceKind = .native, size: Int64? = nil,
        attributes: [String: AttributeValue] = [:]
    ) {
        record(.stopResource(key: key, statusCode: statusCode, kind: kind, size: size, attributes: attributes))
    }

    /// It failed: a resource, and an error of source ``ErrorSource/network``.
    /// - Parameters:
    ///   - key: as it was started.
    ///   - message: what the platform says.
    ///   - type: class of the failure. Default: none.
    ///   - statusCode: HTTP status, if there was one.
    ///   - stack: where it happened. Default: none.
    ///   - attributes: on the resource and on the error.
    public func stopResourceWithError(
        key: String, message: String, type: String? = nil, statusCode: Int? = nil, stack: String? = nil,
        attributes: [String: AttributeValue] = [:]
    ) {
        record(
            .stopResourceWithError(
                key: key, message: message, type: type, statusCode: statusCode, stack: stack, attributes: attributes))
    }

    /// It failed, as an error tells.
    /// - Parameters:
    ///   - key: as it was started.
    ///   - error: what was thrown.
    ///   - statusCode: HTTP status, if there was one.
    ///   - attributes: on the resource and on the error.
    public func stopResourceWithError(
        key: String, error: any Error, statusCode: Int? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        let said = SaidError(error)
        stopResourceWithError(
            key: key, message: said.message, type: said.type, statusCode: statusCode, attributes: attributes)
    }
}

// MARK: Vitals, operations, launch

extension HandspanMonitor {
    /// A reading of the platform's vitals, for the active view.
    /// - Parameters:
    ///   - memoryBytes: memory of the app, bytes. Default: not read.
    ///   - cpuTicks: CPU ticks of the app since it started. Default: not read.
    ///   - refreshRate: frames a second. Default: not read.
    public func addPerformanceSample(memoryBytes: Double? = nil, cpuTicks: Double? = nil, refreshRate: Double? = nil) {
        record(.addPerformanceSample(memoryBytes: memoryBytes, cpuTicks: cpuTicks, refreshRate: refreshRate))
    }

    /// A duration that the app has measured; it ended now.
    /// - Parameters:
    ///   - name: of what.
    ///   - duration: seconds.
    ///   - description: of which one. Default: none.
    ///   - attributes: on the vital.
    public func addDurationVital(
        name: String, duration: TimeInterval, description: String? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        record(.addDurationVital(name: name, duration: duration, description: description, attributes: attributes))
    }

    /// Something that the user wants done begins, across views: a login, a payment.
    /// - Parameters:
    ///   - name: of what.
    ///   - key: of which one, where several run at a time. Default: none.
    ///   - attributes: on the step.
    public func startOperation(name: String, key: String? = nil, attributes: [String: AttributeValue] = [:]) {
        record(.addOperationStep(name: name, key: key, step: .start, attributes: attributes))
    }

    /// It goes on; parameters as in ``startOperation(name:key:attributes:)``.
    public func updateOperation(name: String, key: String? = nil, attributes: [String: AttributeValue] = [:]) {
        record(.addOperationStep(name: name, key: key, step: .update, attributes: attributes))
    }

    /// It is tried again; parameters as in ``startOperation(name:key:attributes:)``.
    public func retryOperation(name: String, key: String? = nil, attributes: [String: AttributeValue] = [:]) {
        record(.addOperationStep(name: name, key: key, step: .retry, attributes: attributes))
    }

    /// It has worked; parameters as in ``startOperation(name:key:attributes:)``.
    public func succeedOperation(name: String, key: String? = nil, attributes: [String: AttributeValue] = [:]) {
        record(.addOperationStep(name: name, key: key, step: .succeed, attributes: attributes))
    }

    /// It has failed; the other parameters as in ``startOperation(name:key:attributes:)``.
    /// - Parameter reason: why.
    public func failOperation(
        name: String, key: String? = nil, reason: OperationFailureReason,
        attributes: [String: AttributeValue] = [:]
    ) {
        record(.addOperationStep(name: name, key: key, step: .fail(reason), attributes: attributes))
    }

    /// The app has come up; it has done so now.
    /// - Parameters:
    ///   - metric: how far.
    ///   - duration: since its process began, seconds.
    ///   - startup: from where.
    ///   - isPrewarmed: had iOS begun before the user asked? Default: not known.
    public func addAppLaunch(
        metric: AppLaunchMetric, duration: TimeInterval, startup: StartupType, isPrewarmed: Bool? = nil
    ) {
        record(.addAppLaunch(metric: metric, duration: duration, startup: startup, isPrewarmed: isPrewarmed))
    }
}

// MARK: What holds for all

extension HandspanMonitor {
    /// A feature flag was asked, and this was the answer: on the active view and the errors in it.
    /// - Parameters:
    ///   - name: which.
    ///   - value: what it said.
    public func addFeatureFlag(name: String, value: AttributeValue) {
        record(.addFeatureFlag(name: name, value: value))
    }

    /// On every event from now on, in place of one of the same name.
    public func setAttribute(_ name: String, _ value: AttributeValue) {
        record(.setAttributes([name: value]))
    }

    /// The reverse.
    public func removeAttribute(_ name: String) {
        record(.removeAttributes([name]))
    }

    /// How the phone is connected, from now on.
    public func setConnectivity(_ connectivity: Connectivity) {
        record(.setConnectivity(connectivity))
    }

    /// The user is done, though the app stays: a kiosk. The next view or action begins a session.
    public func stopSession() {
        record(.stopSession)
    }
}
