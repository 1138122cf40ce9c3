import Foundation
internal import HandspanBindings

extension HandspanBindings.RumCommand {
    init(_ command: RumCommand, _ handed: inout HandedAttributes) {
        switch command {
        case .startView(let key, let name, let url, let attributes):
            self = .startView(key: key, name: name, url: url, attributes: handed.of(attributes))
        case .stopView(let key, let attributes):
            self = .stopView(key: key, attributes: handed.of(attributes))
        case .addViewTiming(let name): self = .addViewTiming(name: name)
        case .addViewLoadingTime(let overwrite): self = .addViewLoadingTime(overwrite: overwrite)
        case .setViewAttributes(let attributes):
            self = .setViewAttributes(attributes: handed.of(attributes))
        case .removeViewAttributes(let names): self = .removeViewAttributes(names: names)
        case .addAction(let type, let name, let attributes):
            self = .addAction(kind: .init(type), name: name, attributes: handed.of(attributes))
        case .startAction(let type, let name, let attributes):
            self = .startAction(kind: .init(type), name: name, attributes: handed.of(attributes))
        case .stopAction(let type, let name, let attributes):
            self = .stopAction(
                kind: type.map { .init($0) }, name: name, attributes: handed.of(attributes))
        case .addError(let error): self = .addError(error: .init(error, &handed))
        case .startResource(let key, let method, let url, let attributes):
            self = .startResource(key: key, method: method, url: url, attributes: handed.of(attributes))
        case .stopResource(let key, let statusCode, let kind, let size, let attributes):
            self = .stopResource(
                key: key, statusCode: statusCode.flatMap { UInt16(exactly: $0) }, kind: .init(kind),
                size: size.flatMap { UInt64(exactly: $0) }, attributes: handed.of(attributes))
        case .stopResourceWithError(let key, let message, let type, let statusCode, let stack, let attributes):
            self = .stopResourceWithError(
                key: key, statusCode: statusCode.flatMap { UInt16(exactly: $0) }, message: message, errorType: type,
                stack: stack, attributes: handed.of(attributes))
        case .addLongTask(let duration, let attributes):
            self = .addLongTask(durationNs: duration.nanoseconds, attributes: handed.of(attributes))
        case .addPerformanceSample(let memoryBytes, let cpuTicks, let refreshRate):
            self = .addPerformanceSample(memoryBytes: memoryBytes, cpuTicks: cpuTicks, refreshRate: refreshRate)
        case .addDurationVital(let name, let duration, let description, let attributes):
            self = .addDurationVital(
                name: name, description: description, durationNs: duration.nanoseconds,
                attributes: handed.of(attributes))
        case .addOperationStep(let name, let key, let step, let attributes):
            self = .addOperationStep(
                name: name, key: key, step: .init(step), attributes: handed.of(attributes))
        case .addAppLaunch(let metric, let duration, let startup, let isPrewarmed):
            self = .addAppLaunch(
                metric: .init(metric), durationNs: duration.nanoseconds, startup: .init(startup),
                isPrewarmed: isPrewarmed, hasSavedInstanceState: nil)
        case .addFeatureFlag(let name, let value):
            self = .addFeatureFlag(name: name, value: handed.of(value))
        case .setAttributes(let attributes): self = .setAttributes(attributes: handed.of(attributes))
        case .removeAttributes(let names): self = .removeAttributes(names: names)
        case .setConnectivity(let connectivity): self = .setConnectivity(connectivity: .init(connectivity))
        case .stopSession: self = .stopSession
        }
    }
}

extension HandspanBindings.RumError {
    init(_ error: RumError, _ handed: inout HandedAttributes) {
        self.init(
            message: error.message, source: .init(error.source), errorType: error.type, stack: error.stack,
            isCrash: error.isCrash, handling: error.handling.map { .init($0) },
            category: error.category.map { .init($0) }, fingerprint: error.fingerprint,
            causes: error.causes.map { .init(message: $0.message, errorType: $0.type, stack: $0.stack) },
            freezeDurationNs: error.freezeDuration.map(\.nanoseconds),
            attributes: handed.of(error.attributes))
    }
}

extension HandspanBindings.Connectivity {
    init(_ connectivity: Connectivity) {
        self.init(
            status: .init(connectivity.status), interfaces: connectivity.interfaces.map { .init($0) },
            cellularTechnology: connectivity.cellularTechnology, carrierName: connectivity.carrierName)
    }
}

extension TimeInterval {
    /// What is negative or no number is 0; what is too long for a counter is the longest.
    var nanoseconds: UInt64 {
        let nanoseconds = (self * 1e9).rounded()
        return nanoseconds > 0 ? UInt64(exactly: nanoseconds) ?? .max : 0
    }
}
