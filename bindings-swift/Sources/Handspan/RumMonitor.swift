internal import HandspanBindings

/// Says of the session of a ``Handspan/Handspan`` what its methods are told. Before the core is ready, commands are kept in order
/// with the time they were said, at most 1,000 of them and about half a megabyte; what is over is counted in
/// ``HandspanStatus/commandsDropped``.
public struct RumMonitor: HandspanMonitor {
    let lifecycle: CoreLifecycle

    /// Something happened, now. May be called from any thread; returns at once.
    public func record(_ command: RumCommand) {
        var handed = HandedAttributes()
        let command = RumCommandOfCore(command, &handed)
        lifecycle.record(command, attributesDropped: handed.dropped)
    }
}

extension Handspan {
    /// Says what happens in the session: views, actions, errors, vitals. A value; keep it or ask again.
    public var rum: RumMonitor { RumMonitor(lifecycle: lifecycle) }
}
