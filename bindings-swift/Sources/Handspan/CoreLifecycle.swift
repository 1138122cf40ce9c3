import Foundation

/// From `start` to `shutdown`: which core there is, and why there is none.
final class CoreLifecycle: Sendable {
    private enum Phase {
        case starting([Waiter])
        case ready(any Core)
        case failed(String)
        case stopped
    }

    /// What a core can be told; of each the last word counts.
    enum Subject {
        case consent, user, account, keep, conditions, background, clear
    }

    private struct State {
        var phase = Phase.starting([])
        /// Said before there was a core to tell.
        var early: [Subject: @Sendable (any Core) -> Void] = [:]
        var commands = EarlyCommands()
        /// The user's word so far: of who has refused nothing is kept.
        var isRefused: Bool
        var commandsDropped: UInt64 = 0
        var attributesDropped: UInt64 = 0
        var beforeReady: UInt64 = 0
        var withoutCore: UInt64 = 0
    }

    private let state: Locked<State>
    private let mappers: EventMappers

    init(mappers: EventMappers, isRefused: Bool) {
        self.mappers = mappers
        state = Locked(State(isRefused: isRefused))
    }

    var core: (any Core)? {
        state.withLock { state in
            guard case .ready(let core) = state.phase else { return nil }
            return core
        }
    }

    func countUntouched() {
        state.withLock { state in
            switch state.phase {
            // A core that became ready in between came too late for this call.
            case .starting, .ready: state.beforeReady &+= 1
            case .failed, .stopped: state.withoutCore &+= 1
            }
        }
    }

    func became(_ core: any Core) {
        var waiters: [Waiter]?
        var early: [EarlyCommands.Said] = []
        var stopped = false
        repeat {
            // Not under the lock: whoever says something meanwhile queues behind these, and does not wait.
            early.forEach { core.record($0.command, ageMs: $0.ageMs) }
            waiters = state.withLock { state in
                guard case .starting(let waiters) = state.phase else {
                    stopped = true
                    return []
                }
                // Who the user is and what they allow comes first; each word of it is told before anybody can plan a request.
                state.early.values.forEach { $0(core) }
                state.early = [:]
                early = state.commands.take()
                guard early.isEmpty else { return nil }
                state.phase = .ready(core)
                return waiters
            }
        } while waiters == nil
        if stopped { return core.shutdown() }
        mappers.start(on: core)
        waiters?.forEach { $0.settle(true) }
    }

    /// Hands a command to the core, now or, with its age, when it is ready.
    /// - Parameter attributesDropped: that it did not have room for.
    func record(_ command: RumCommandOfCore, attributesDropped: Int) {
        let core: (any Core)? = state.withLock { state in
            state.attributesDropped &+= UInt64(attributesDropped)
            switch state.phase {
            case .starting:
                if state.isRefused || !state.commands.add(command) { state.commandsDropped &+= 1 }
                return nil
            case .ready(let core): return core
            case .failed, .stopped:
                state.commandsDropped &+= 1
                return nil
            }
        }
        core?.record(command, ageMs: 0)
    }

    /// Attributes were left out for want of room.
    func countAttributes(dropped: Int) {
        state.withLock { $0.attributesDropped &+= UInt64(dropped) }
    }

    /// The user has decided. What was said and not delivered goes with a refusal.
    func setTrackingConsent(_ consent: TrackingConsent) {
        state.withLock { state in
            state.isRefused = consent == .refused
            if state.isRefused { _ = state.commands.take() }
        }
        tell(.consent) { $0.setTrackingConsent(consent) }
    }

    /// Deletes what is stored, and what was said and is not.
    func clearAllData() {
        _ = state.withLock { $0.commands.take() }
        tell(.clear) { $0.clearAllData() }
    }

    func failed(_ reason: String) {
        settle(.failed(reason)).forEach { $0.settle(false) }
    }

    /// Tells the core, now or when it is ready.
    func tell(_ subject: Subject, _ word: @escaping @Sendable (any Core) -> Void) {
        let core: (any Core)? = state.withLock { state in
            switch state.phase {
            case .starting:
                state.early[subject] = word
                return nil
            case .ready(let core): return core
            case .failed, .stopped: return nil
            }
        }
        if let core { word(core) }
    }

    func shutdown() {
        let (core, waiters): ((any Core)?, [Waiter]) = state.withLock { state in
            defer { state.phase = .stopped }
            state.commandsDropped &+= UInt64(state.commands.take().count)
            switch state.phase {
            case .starting(let waiters): return (nil, waiters)
            case .ready(let core): return (core, [])
            case .failed, .stopped: return (nil, [])
            }
        }
        waiters.forEach { $0.settle(false) }
        core?.shutdown()
        // Last: the core waits for answers while it stops.
        mappers.stop()
    }

    func awaitReady(timeout: TimeInterval) async -> Bool {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            let known: Bool? = state.withLock { state in
                switch state.phase {
                case .starting(let waiters):
                    state.phase = .starting(waiters + [waiter])
                    return nil
                case .ready: return true
                case .failed, .stopped: return false
                }
            }
            if let known {
                waiter.settle(known)
            } else {
                DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + timeout) { waiter.settle(false) }
            }
        }
    }

    func status() -> HandspanStatus {
        let known = state.withLock { $0 }
        var status: HandspanStatus
        switch known.phase {
        case .starting:
            status = HandspanStatus(state: .starting, reason: "the core is being made on a background thread")
        case .ready(let core):
            status = HandspanStatus(state: .ready)
            status.take(core.status())
        case .failed(let reason):
            status = HandspanStatus(state: .failed, reason: reason)
        case .stopped:
            status = HandspanStatus(state: .stopped, reason: "shutdown() was called")
        }
        status.requestsBeforeReady = known.beforeReady
        status.requestsWithoutCore = known.withoutCore
        status.commandsDropped = known.commandsDropped
        status.attributesDropped = known.attributesDropped
        return status
    }

    private func settle(_ phase: Phase) -> [Waiter] {
        state.withLock { state in
            guard case .starting(let waiters) = state.phase else { return [] }
            state.phase = phase
            state.commandsDropped &+= UInt64(state.commands.take().count)
            return waiters
        }
    }
}

/// Somebody who waits, answered once: by the core or by the clock.
private final class Waiter: Sendable {
    private let continuation: Locked<CheckedContinuation<Bool, Never>?>

    init(_ continuation: CheckedContinuation<Bool, Never>) {
        self.continuation = Locked(continuation)
    }

    func settle(_ ready: Bool) {
        let continuation = continuation.withLock { slot in
            defer { slot = nil }
            return slot
        }
        continuation?.resume(returning: ready)
    }
}
