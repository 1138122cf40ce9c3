import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What we know of the tasks of a session that are not finished.
final class CallTable: Sendable {
    /// A task of ours.
    struct Entry: Sendable {
        /// Nil: looked at, and not ours to record.
        let call: Call?
        /// Where the app waits for the result in a closure.
        let completion: TaskCompletion?
    }

    private struct Slot: Sendable {
        weak var task: URLSessionTask?
        let entry: Entry
    }

    private struct State {
        var slots: [ObjectIdentifier: Slot] = [:]
        /// Tasks that were never resumed die without a word: they are looked for each time the table has doubled.
        var sweepAt = 64
    }

    private let state = Locked(State())

    /// How many tasks it knows, dead ones until the next sweep included.
    var count: Int { state.withLock { $0.slots.count } }

    func set(_ entry: Entry, for task: URLSessionTask) {
        state.withLock { Self.set(entry, for: task, in: &$0) }
    }

    /// The task's entry, or the one that `make` makes.
    func entry(for task: URLSessionTask, orMake make: () -> Entry) -> Entry {
        if let known = known(task) { return known }
        let made = make()
        return state.withLock { state in
            // On a delegate queue of several threads another may have been faster.
            if let known = Self.known(task, in: state) { return known }
            Self.set(made, for: task, in: &state)
            return made
        }
    }

    /// The task's entry, if it has one.
    func known(_ task: URLSessionTask) -> Entry? {
        state.withLock { Self.known(task, in: $0) }
    }

    func remove(_ task: URLSessionTask) {
        state.withLock { $0.slots[ObjectIdentifier(task)] = nil }
    }

    private static func known(_ task: URLSessionTask, in state: State) -> Entry? {
        // An address can come back: a slot whose task is gone is not this one's.
        guard let slot = state.slots[ObjectIdentifier(task)], slot.task === task else { return nil }
        return slot.entry
    }

    private static func set(_ entry: Entry, for task: URLSessionTask, in state: inout State) {
        state.slots[ObjectIdentifier(task)] = Slot(task: task, entry: entry)
        if state.slots.count >= state.sweepAt {
            state.slots = state.slots.filter { $0.value.task != nil }
            state.sweepAt = max(64, state.slots.count * 2)
        }
    }
}
