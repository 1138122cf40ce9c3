import Foundation

/// One thing that happened in a session, as a ``HandspanMonitor`` is told it. New cases may come: a `switch` in a mock needs a
/// `default`.
public enum RumCommand: Sendable, Equatable {
    /// ``HandspanMonitor/startView(key:name:url:attributes:)``
    case startView(key: String, name: String, url: String?, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/stopView(key:attributes:)``
    case stopView(key: String, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/addViewTiming(name:)``
    case addViewTiming(name: String)
    /// ``HandspanMonitor/addViewLoadingTime(overwrite:)``
    case addViewLoadingTime(overwrite: Bool)
    /// ``HandspanMonitor/setViewAttributes(_:)``
    case setViewAttributes([String: AttributeValue])
    /// ``HandspanMonitor/removeViewAttributes(_:)``
    case removeViewAttributes([String])
    /// ``HandspanMonitor/addAction(type:name:attributes:)``
    case addAction(type: ActionType, name: String, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/startAction(type:name:attributes:)``
    case startAction(type: ActionType, name: String, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/stopAction(type:name:attributes:)``
    case stopAction(type: ActionType?, name: String?, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/addError(_:)``
    case addError(RumError)
    /// ``HandspanMonitor/startResource(key:method:url:attributes:)``
    case startResource(key: String, method: String, url: String, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/stopResource(key:statusCode:kind:size:attributes:)``
    case stopResource(
        key: String, statusCode: Int?, kind: ResourceKind, size: Int64?, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/stopResourceWithError(key:message:type:statusCode:stack:attributes:)``
    case stopResourceWithError(
        key: String, message: String, type: String?, statusCode: Int?, stack: String?,
        attributes: [String: AttributeValue])
    /// ``HandspanMonitor/addLongTask(duration:attributes:)``
    case addLongTask(duration: TimeInterval, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/addPerformanceSample(memoryBytes:cpuTicks:refreshRate:)``
    case addPerformanceSample(memoryBytes: Double?, cpuTicks: Double?, refreshRate: Double?)
    /// ``HandspanMonitor/addDurationVital(name:duration:description:attributes:)``
    case addDurationVital(
        name: String, duration: TimeInterval, description: String?, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/startOperation(name:key:attributes:)`` and the calls for its further steps.
    case addOperationStep(name: String, key: String?, step: OperationStep, attributes: [String: AttributeValue])
    /// ``HandspanMonitor/addAppLaunch(metric:duration:startup:isPrewarmed:)``
    case addAppLaunch(metric: AppLaunchMetric, duration: TimeInterval, startup: StartupType, isPrewarmed: Bool?)
    /// ``HandspanMonitor/addFeatureFlag(name:value:)``
    case addFeatureFlag(name: String, value: AttributeValue)
    /// ``HandspanMonitor/setAttribute(_:_:)``
    case setAttributes([String: AttributeValue])
    /// ``HandspanMonitor/removeAttribute(_:)``
    case removeAttributes([String])
    /// ``HandspanMonitor/setConnectivity(_:)``
    case setConnectivity(Connectivity)
    /// ``HandspanMonitor/stopSession()``
    case stopSession
}
