import Foundation
import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends a request in each of the ways that an app has.
struct Sender {
    struct Outcome: Sendable {
        var status: Int?
        var error: String?
    }

    private let handspan: Handspan
    private let session: HandspanSession
    private let ownDelegate = OwnDelegate()
    private let ownSession: URLSession

    init(_ handspan: Handspan) {
        self.handspan = handspan
        session = HandspanSession(handspan: handspan, configuration: .ephemeral)
        ownSession = URLSession(
            configuration: .ephemeral,
            delegate: HandspanURLSessionDelegate(handspan: handspan, forwardingTo: ownDelegate),
            delegateQueue: nil)
    }

    func send(_ request: URLRequest, _ way: DemoCase.Way) async -> Outcome {
        switch way {
        case .async:
            do {
                return outcome(try await session.data(for: request).1, nil)
            } catch {
                return outcome(nil, error)
            }
        case .closure:
            return await withCheckedContinuation { continuation in
                session.dataTask(with: request) { _, response, error in
                    continuation.resume(returning: outcome(response, error))
                }.resume()
            }
        case .ownSession:
            let task = ownSession.dataTask(with: request.traced(by: handspan))
            let error = await ownDelegate.run(task)
            return outcome(task.response, error)
        }
    }

    private func outcome(_ response: URLResponse?, _ error: (any Error)?) -> Outcome {
        let failure = error.map { $0 as NSError }
        return Outcome(
            status: failure == nil ? (response as? HTTPURLResponse)?.statusCode : nil,
            error: failure.map { "\($0.domain) \($0.code)" })
    }
}

/// An app's own delegate, which waits for one task at a time.
private final class OwnDelegate: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private let lock = NSLock()
    private var waiting: CheckedContinuation<(any Error)?, Never>?

    func run(_ task: URLSessionTask) async -> (any Error)? {
        await withCheckedContinuation { continuation in
            lock.withLock { waiting = continuation }
            task.resume()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let continuation = lock.withLock {
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: error)
    }
}
