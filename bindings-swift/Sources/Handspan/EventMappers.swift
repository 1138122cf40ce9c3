import Foundation
internal import HandspanBindings

/// The app's mappers, and the thread that asks the core for events that wait for one.
final class EventMappers: Sendable {
    /// How long one question to the core may take, milliseconds. A core that another owner has stopped answers at once: it is
    /// asked no faster.
    private static let timeoutMs: UInt32 = 1_000

    /// By type of event, as the core names it. What one gives back takes the event's place; nil drops it.
    private let mappers: [String: @Sendable (MappableEvent) -> MappableEvent?]
    private let stopped = DispatchSemaphore(value: 0)

    /// None.
    init() { mappers = [:] }

    init(_ configuration: HandspanConfiguration) {
        var mappers: [String: @Sendable (MappableEvent) -> MappableEvent?] = [:]
        if let map = configuration.viewEventMapper {
            mappers["view"] = { event in event.with(map(ViewEvent(event))) }
        }
        if let map = configuration.actionEventMapper {
            mappers["action"] = { event in map(ActionEvent(event)).map(event.with) }
        }
        if let map = configuration.resourceEventMapper {
            mappers["resource"] = { event in map(ResourceEvent(event)).map(event.with) }
        }
        if let map = configuration.errorEventMapper {
            mappers["error"] = { event in map(ErrorEvent(event)).map(event.with) }
        }
        if let map = configuration.longTaskEventMapper {
            mappers["long_task"] = { event in map(LongTaskEvent(event)).map(event.with) }
        }
        if let map = configuration.vitalEventMapper {
            mappers["vital"] = { event in map(VitalEvent(event)).map(event.with) }
        }
        if let map = configuration.logEventMapper {
            mappers["log"] = { event in map(LogEvent(event)).map(event.with) }
        }
        self.mappers = mappers
    }

    /// The types that there is a mapper for, in order.
    var types: [String] { mappers.keys.sorted() }

    /// Answers for the app until it is stopped, on a thread of its own; without a mapper there is none.
    func start(on core: any Core) {
        guard !mappers.isEmpty else { return }
        Thread.detachNewThread { [self] in
            Thread.current.name = "handspan-mappers"
            var asked: DispatchTime
            repeat {
                asked = .now()
                while let event = core.nextEventToMap(timeoutMs: Self.timeoutMs) {
                    core.eventMapped(id: event.id, event: map(event))
                }
            } while stopped.wait(timeout: asked + .milliseconds(Int(Self.timeoutMs))) == .timedOut
        }
    }

    func stop() { stopped.signal() }

    private func map(_ event: MappableEvent) -> MappableEvent? {
        // One that nobody asked for comes back as it is.
        guard let mapper = mappers[event.eventType] else { return event }
        return mapper(event)
    }
}
