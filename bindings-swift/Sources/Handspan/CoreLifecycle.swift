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
        case consent, user, account, keep, conditions, background
    }

    private struct State {
        var phase = Phase.starting([])
        /// Said before there was a core to tell.
        var early: [Subject: @Sendable (any Core) -> Void] = [:]
        var beforeReady: UInt64 = 0
        var withoutCore: UInt64 = 0
    }

    private let state = Locked(State())

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
        let (waiters, stopped): ([Waiter], Bool) = state.withLock { state in
            guard case .starting(let waiters) = state.phase else { return ([], true) }
            // Before anybody can plan a request with it.
            state.early.values.forEach { $0(core) }
            state.early = [:]
            state.phase = .ready(core)
            return (waiters, false)
        }
        if stopped { core.shutdown() }
        waiters.forEach { $0.settle(true) }
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
            switch state.phase {
            case .starting(let waiters): return (nil, waiters)
            case .ready(let core): return (core, [])
            case .failed, .stopped: return (nil, [])
            }
        }
        waiters.forEach { $0.settle(false) }
        core?.shutdown()
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
        let (phase, beforeReady, withoutCore) = state.withLock { ($0.phase, $0.beforeReady, $0.withoutCore) }
        var status: HandspanStatus
        switch phase {
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
        status.requestsBeforeReady = beforeReady
        status.requestsWithoutCore = withoutCore
        return status
    }

    private func settle(_ phase: Phase) -> [Waiter] {
        state.withLock { state in
            guard case .starting(let waiters) = state.phase else { return [] }
            state.phase = phase
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
