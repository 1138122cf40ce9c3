import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension HandspanSession {
    /// As `URLSession.data(from:)`: throws what the task failed with; cancelling the Swift task cancels the request.
    public func data(from url: URL) async throws -> (Data, URLResponse) {
        try await data(for: URLRequest(url: url))
    }

    /// As `URLSession.data(for:)`: throws what the task failed with; cancelling the Swift task cancels the request.
    public func data(for request: URLRequest) async throws -> (Data, URLResponse) {
        try await run { dataTask(with: request, completionHandler: $0) }
    }

    /// As `URLSession.upload(for:from:)`.
    public func upload(for request: URLRequest, from body: Data) async throws -> (Data, URLResponse) {
        try await run { uploadTask(with: request, from: body, completionHandler: $0) }
    }

    /// As `URLSession.upload(for:fromFile:)`.
    public func upload(for request: URLRequest, fromFile file: URL) async throws -> (Data, URLResponse) {
        try await run { uploadTask(with: request, fromFile: file, completionHandler: $0) }
    }

    /// As `URLSession.download(from:)`: the file is the caller's.
    public func download(from url: URL) async throws -> (URL, URLResponse) {
        try await download(for: URLRequest(url: url))
    }

    /// As `URLSession.download(for:)`: the file is the caller's.
    public func download(for request: URLRequest) async throws -> (URL, URLResponse) {
        try await run { (done: @escaping Completion<URL>) in
            downloadTask(with: request) { file, response, error in
                // The closure's file is removed when it returns.
                let kept = file.flatMap { file in
                    let kept = file.appendingPathExtension("kept")
                    return (try? FileManager.default.moveItem(at: file, to: kept)).map { kept }
                }
                done(kept, response, error)
            }
        }
    }

    private typealias Completion<Value> = @Sendable (Value?, URLResponse?, (any Error)?) -> Void

    private func run<Value: Sendable>(
        _ make: (@escaping Completion<Value>) -> URLSessionTask
    ) async throws -> (Value, URLResponse) {
        let running = RunningTask()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let task = make { value, response, error in
                    if let value, let response {
                        continuation.resume(returning: (value, response))
                    } else {
                        continuation.resume(throwing: error ?? URLError(.unknown))
                    }
                }
                running.resume(task)
            }
        } onCancel: {
            running.cancel()
        }
    }
}

/// A task that may be cancelled before it is there.
private final class RunningTask: Sendable {
    private struct State {
        var task: URLSessionTask?
        var cancelled = false
    }

    private let state = Locked(State())

    func resume(_ task: URLSessionTask) {
        let cancelled = state.withLock { state in
            state.task = task
            return state.cancelled
        }
        if cancelled { task.cancel() }
        // A cancelled task still has to run to report its end.
        task.resume()
    }

    func cancel() {
        let task = state.withLock { state in
            state.cancelled = true
            return state.task
        }
        task?.cancel()
    }
}
