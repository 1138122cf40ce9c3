import Foundation
import Testing

import struct HandspanBindings.AccountInfo
import struct HandspanBindings.Attribute
import struct HandspanBindings.UserInfo

@testable import Handspan

/// What is said before the core is ready.
@Suite struct EarlyCommandTests {
    private let gate = DispatchSemaphore(value: 0)

    private func starting(_ core: FakeCore) -> Handspan {
        Handspan.start { [gate] () throws(CoreUnavailable) in
            gate.wait()
            return core
        }
    }

    private func names(_ core: FakeCore) -> [String] {
        core.told.commands.map { command in
            switch command {
            case .startView(let key, _, _, _): key
            case .addViewTiming(let name): name
            case .log(let line): line.message
            default: "\(command)"
            }
        }
    }

    @Test func itIsToldInItsOrderAndWithItsAge() async throws {
        let core = FakeCore()
        let handspan = starting(core)
        let before = DispatchTime.now()
        handspan.rum.startView(key: "cart", name: "Cart")
        handspan.rum.addViewTiming(name: "hero")
        handspan.logger(name: "shop").info("opened")
        #expect(core.told.commands == [])
        // The clock has to have gone on for an age to be seen.
        while DispatchTime.now() < before + .milliseconds(20) { await Task.yield() }
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        handspan.rum.addViewTiming(name: "late")
        #expect(names(core) == ["cart", "hero", "opened", "late"])
        let longest = UInt32(clamping: (DispatchTime.now().uptimeNanoseconds - before.uptimeNanoseconds) / 1_000_000)
        let ages = core.told.agesMs
        #expect(ages.last == 0)
        for (age, next) in zip(ages, ages.dropFirst()) { #expect(age >= next) }
        #expect((1...longest).contains(ages[0]))
        #expect(handspan.status.commandsDropped == 0)
    }

    @Test func whatWasSaidBeforeARefusalOrDuringItIsToldToNobody() async throws {
        let core = FakeCore()
        let handspan = starting(core)
        handspan.rum.startView(key: "before", name: "Before")
        handspan.setTrackingConsent(.refused)
        handspan.rum.startView(key: "during", name: "During")
        handspan.setTrackingConsent(.granted)
        handspan.rum.startView(key: "after", name: "After")
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(names(core) == ["after"])
    }

    @Test func whoSpeaksWhileItBecomesReadyKeepsTheOrder() async throws {
        for _ in 0..<20 {
            let core = FakeCore()
            let handspan = starting(core)
            let threads = 4
            let each = 200
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<threads {
                    group.addTask {
                        for number in 0..<each { handspan.rum.addViewTiming(name: "\(thread) \(number)") }
                    }
                }
                gate.signal()
            }
            #expect(await handspan.awaitReady(timeout: 30))
            let names = names(core)
            #expect(names.count == threads * each)
            for thread in 0..<threads {
                let own = names.filter { $0.hasPrefix("\(thread) ") }
                #expect(own == (0..<each).map { "\(thread) \($0)" })
            }
        }
    }

    @Test func theFirstThousandAreKeptAndTheRestIsCounted() async throws {
        let core = FakeCore()
        let handspan = starting(core)
        for number in 0..<EarlyCommands.capacity + 7 { handspan.rum.addViewTiming(name: "\(number)") }
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(names(core) == (0..<EarlyCommands.capacity).map(String.init))
        #expect(handspan.status.commandsDropped == 7)
    }

    @Test(arguments: ["message", "attribute"])
    func bytesAreBoundedToo(place: String) async throws {
        let core = FakeCore()
        let handspan = starting(core)
        let long = String(repeating: "x", count: EarlyCommands.byteCapacity / 4)
        for _ in 0..<10 {
            if place == "message" {
                handspan.rum.addError(message: long)
            } else {
                handspan.rum.setAttribute("text", ["deep": [.string(long)]])
            }
        }
        // A small one has room where a large one has not.
        handspan.rum.addViewTiming(name: "small")
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(core.told.commands.count == 4)
        #expect(names(core).last == "small")
        #expect(handspan.status.commandsDropped == 7)
    }

    @Test func whoUsesTheAppIsToldFirst() async throws {
        let core = FakeCore()
        let handspan = starting(core)
        handspan.rum.startView(key: "cart", name: "Cart")
        handspan.setUser(id: "u-1", name: "Zoë", email: "z@example.com", attributes: ["plan": "gold"])
        handspan.setAccount(id: "a-1", name: "Acme", attributes: ["size": 3])
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(
            core.told.users == [
                UserInfo(
                    id: "u-1", name: "Zoë", email: "z@example.com",
                    attributes: [Attribute(name: "plan", value: .text(value: "gold"))])
            ])
        #expect(
            core.told.accounts == [
                AccountInfo(
                    id: "a-1", name: "Acme", attributes: [Attribute(name: "size", value: .int(value: 3))])
            ])
        handspan.clearUser()
        handspan.clearAccount()
        #expect(core.told.users.last == .some(nil))
        #expect(core.told.accounts.last == .some(nil))
        #expect(names(core) == ["cart"])
    }

    @Test func whatWasSaidIsClearedWithTheRest() async throws {
        let core = FakeCore()
        let handspan = starting(core)
        handspan.rum.startView(key: "cart", name: "Cart")
        handspan.clearAllData()
        handspan.rum.startView(key: "login", name: "Login")
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(core.told.words == ["clear"])
        #expect(names(core) == ["login"])
        handspan.clearAllData()
        #expect(core.told.words == ["clear", "clear"])
    }

    @Test func withoutACoreWhatIsSaidIsCounted() async throws {
        let handspan = Handspan.start { [gate] () throws(CoreUnavailable) in
            gate.wait()
            throw CoreUnavailable(reason: "none to be had")
        }
        handspan.rum.startView(key: "cart", name: "Cart")
        handspan.rum.stopSession()
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30) == false)
        handspan.rum.stopSession()
        #expect(handspan.status.commandsDropped == 3)
    }

    @Test func afterShutdownWhatIsSaidIsCounted() async throws {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        handspan.shutdown()
        handspan.rum.stopSession()
        #expect(core.told.commands == [])
        #expect(handspan.status.commandsDropped == 1)
    }
}
