import Foundation
internal import HandspanBindings

/// Commands that were said before there was a core to tell, in order, each with its time.
struct EarlyCommands {
    /// More than an app says in the half second that a core takes.
    static let capacity = 1_000
    /// Half of what the core's own queue holds: all of them are handed over at once.
    static let byteCapacity = 512 * 1_024

    struct Said: Sendable {
        let command: RumCommandOfCore
        /// On the clock of `DispatchTime`.
        let at: UInt64

        /// Milliseconds since.
        var ageMs: UInt32 {
            let now = DispatchTime.now().uptimeNanoseconds
            return UInt32(clamping: (now > at ? now - at : 0) / 1_000_000)
        }
    }

    private var said: [Said] = []
    private var bytes = 0

    /// - Returns: false where there is no room: the first things said are those that tell where a session began.
    mutating func add(_ command: RumCommandOfCore) -> Bool {
        let size = command.roughBytes
        guard said.count < Self.capacity, bytes + size <= Self.byteCapacity else { return false }
        said.append(Said(command: command, at: DispatchTime.now().uptimeNanoseconds))
        bytes += size
        return true
    }

    /// All of them; none is left.
    mutating func take() -> [Said] {
        defer { self = EarlyCommands() }
        return said
    }
}

/// A command as it crosses the boundary; ``RumCommand`` is the app's.
typealias RumCommandOfCore = HandspanBindings.RumCommand

extension RumCommandOfCore {
    /// About what it costs in memory while it waits.
    var roughBytes: Int {
        let sizes: Int =
            switch self {
            case .startView(let key, let name, let url, let attributes):
                Self.bytes(key, name, url) + attributes.roughBytes
            case .stopView(let key, let attributes): Self.bytes(key) + attributes.roughBytes
            case .addViewTiming(let name): Self.bytes(name)
            case .addViewLoadingTime, .addPerformanceSample, .addAppLaunch, .setConnectivity, .stopSession: 0
            case .setViewAttributes(let attributes), .setAttributes(let attributes), .addLongTask(_, let attributes):
                attributes.roughBytes
            case .removeViewAttributes(let names), .removeAttributes(let names):
                names.reduce(0) { $0 + Self.bytes($1) }
            case .addAction(_, let name, let attributes), .startAction(_, let name, let attributes):
                Self.bytes(name) + attributes.roughBytes
            case .stopAction(_, let name, let attributes): Self.bytes(name) + attributes.roughBytes
            case .addError(let error):
                Self.bytes(error.message, error.errorType, error.stack, error.fingerprint)
                    + error.causes.reduce(0) { $0 + Self.bytes($1.message, $1.errorType, $1.stack) }
                    + error.attributes.roughBytes
            case .startResource(let key, let method, let url, let attributes):
                Self.bytes(key, method, url) + attributes.roughBytes
            case .stopResource(let key, _, _, _, let attributes): Self.bytes(key) + attributes.roughBytes
            case .stopResourceWithError(let key, _, let message, let type, let stack, let attributes):
                Self.bytes(key, message, type, stack) + attributes.roughBytes
            case .addDurationVital(let name, let description, _, let attributes):
                Self.bytes(name, description) + attributes.roughBytes
            case .addOperationStep(let name, let key, _, let attributes):
                Self.bytes(name, key) + attributes.roughBytes
            case .addFeatureFlag(let name, let value): Self.bytes(name) + value.roughBytes
            case .log(let line):
                Self.bytes(line.message, line.errorType, line.errorMessage, line.errorStack)
                    + line.attributes.roughBytes
            case .finishSpan(let span):
                Self.bytes(span.name, span.errorType, span.errorMessage, span.errorStack) + span.attributes.roughBytes
            }
        return MemoryLayout<Self>.size + sizes
    }

    private static func bytes(_ texts: String?...) -> Int {
        texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }
}

extension [Attribute] {
    var roughBytes: Int {
        reduce(0) { $0 + MemoryLayout<Attribute>.size + $1.name.utf8.count + $1.value.roughBytes }
    }
}

extension HandspanBindings.AttributeValue {
    var roughBytes: Int {
        let below: Int =
            switch self {
            case .null, .bool, .int, .double: 0
            case .text(let value): value.utf8.count
            case .list(let values): values.reduce(0) { $0 + $1.roughBytes }
            case .map(let attributes): attributes.roughBytes
            }
        return MemoryLayout<Self>.size + below
    }
}
