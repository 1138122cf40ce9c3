import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Gathers the result of a delegate task for an app that waits in a closure, and hands it over as `URLSession` would.
final class TaskCompletion: Sendable {
    /// The app's closure.
    enum Handler: Sendable {
        case data(@Sendable (Data?, URLResponse?, (any Error)?) -> Void)
        case download(@Sendable (URL?, URLResponse?, (any Error)?) -> Void)
    }

    private struct State {
        var handler: Handler?
        var body = Data()
        var file: Result<URL, any Error>?
    }

    private let state: Locked<State>

    init(_ handler: Handler) {
        state = Locked(State(handler: handler))
    }

    func received(_ bytes: Data) {
        state.withLock { $0.body.append(bytes) }
    }

    /// Moves the file to where it survives the delegate's method: the app's closure runs after it.
    func downloaded(to location: URL) {
        let kept = location.deletingLastPathComponent().appendingPathComponent("handspan-\(UUID().uuidString).tmp")
        let file = Result { () throws -> URL in
            try FileManager.default.moveItem(at: location, to: kept)
            return kept
        }
        state.withLock { $0.file = file }
    }

    /// Calls the app's closure; a second time does nothing.
    func complete(response: URLResponse?, error: (any Error)?) {
        let done = state.withLock { state in
            defer { state = State() }
            return state
        }
        switch done.handler {
        case .data(let handler):
            handler(error == nil ? done.body : nil, response, error)
        case .download(let handler):
            switch (error, done.file) {
            case (let error?, _): handler(nil, response, error)
            case (nil, .success(let url)?):
                handler(url, response, nil)
                // As URLSession has it: the file is gone once the closure returns, unless the app has moved it.
                try? FileManager.default.removeItem(at: url)
            case (nil, .failure(let error)?): handler(nil, response, error)
            case (nil, nil): handler(nil, response, URLError(.cannotOpenFile))
            }
        case nil: break
        }
    }
}
