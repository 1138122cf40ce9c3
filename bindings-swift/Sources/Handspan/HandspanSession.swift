import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A `URLSession` whose requests are traced and recorded: the same calls, a real session inside.
///
/// Underneath every task is a delegate task, closures and `async` included, so that each redirect is seen: a task with a
/// completion handler follows redirects without asking anybody. A closure is called on the delegate queue, as in
/// `URLSession`. Cookies, cache, credentials and all else are the configuration's. Don't set `delegate` on a task: it
/// would take the redirects from us.
///
/// In a background session requests are sent untouched and not recorded: the system follows their redirects alone.
public final class HandspanSession: Sendable {
    /// The session inside. Tasks that are made from it directly get no headers.
    public let urlSession: URLSession
    private let handspan: Handspan
    private let delegate: HandspanURLSessionDelegate
    private let sessionHeaders: [String: String]
    private let isBackground: Bool
    private let options: CallOptions

    /// - Parameters:
    ///   - handspan: plans and records.
    ///   - configuration: copied by `URLSession`. Default `.default`.
    ///   - delegate: the app's own; called as `URLSession` would. Held until the session is invalidated. Default: none.
    ///   - delegateQueue: where the delegate and the closures are called. Default: a serial one.
    public init(
        handspan: Handspan, configuration: URLSessionConfiguration = .default,
        delegate: (any URLSessionDelegate)? = nil, delegateQueue: OperationQueue? = nil
    ) {
        self.handspan = handspan
        self.delegate = HandspanURLSessionDelegate(handspan: handspan, forwardingTo: delegate)
        sessionHeaders = configuration.additionalHeaders
        isBackground = configuration.identifier != nil
        options = CallOptions()
        urlSession = URLSession(configuration: configuration, delegate: self.delegate, delegateQueue: delegateQueue)
    }

    private init(_ session: HandspanSession, _ change: (inout CallOptions) -> Void) {
        handspan = session.handspan
        delegate = session.delegate
        sessionHeaders = session.sessionHeaders
        isBackground = session.isBackground
        var options = session.options
        change(&options)
        self.options = options
        urlSession = session.urlSession
    }

    /// The same session, ``urlSession`` and all, but every call that is made through it is kept, on each of its hops, whatever
    /// the sample rates say: `session.keepingTraces.data(from: url)` is "trace this one".
    public var keepingTraces: HandspanSession { HandspanSession(self) { $0.keep = true } }

    /// The same session, ``urlSession`` and all, but every call that is made through it is this GraphQL operation, on its resource:
    /// `session.with(graphQL: .init(kind: .query, name: "Cart")).data(for: request)`.
    public func with(graphQL operation: GraphQLOperation) -> HandspanSession {
        HandspanSession(self) { $0.graphQL = operation }
    }

    /// The same session, ``urlSession`` and all, but the resource of every call that is made through it has these attributes, beside
    /// those of an earlier `with`.
    public func with(attributes: [String: AttributeValue]) -> HandspanSession {
        HandspanSession(self) { $0.attributes.merge(attributes) { $1 } }
    }

    /// The same session, ``urlSession`` and all, but every call that is made through it is a child of this span, on the wire and on
    /// its event, whichever span is active.
    public func with(parent span: HandspanSpan) -> HandspanSession {
        HandspanSession(self) { $0.parent = span }
    }

    // MARK: Delegate tasks

    /// As `URLSession.dataTask(with:)`.
    public func dataTask(with url: URL) -> URLSessionDataTask {
        dataTask(with: URLRequest(url: url))
    }

    /// As `URLSession.dataTask(with:)`.
    public func dataTask(with request: URLRequest) -> URLSessionDataTask {
        begin(request) { urlSession.dataTask(with: $0) }
    }

    /// As `URLSession.uploadTask(with:from:)`.
    public func uploadTask(with request: URLRequest, from body: Data) -> URLSessionUploadTask {
        begin(request) { urlSession.uploadTask(with: $0, from: body) }
    }

    /// As `URLSession.uploadTask(with:fromFile:)`.
    public func uploadTask(with request: URLRequest, fromFile file: URL) -> URLSessionUploadTask {
        begin(request) { urlSession.uploadTask(with: $0, fromFile: file) }
    }

    /// As `URLSession.downloadTask(with:)`.
    public func downloadTask(with url: URL) -> URLSessionDownloadTask {
        downloadTask(with: URLRequest(url: url))
    }

    /// As `URLSession.downloadTask(with:)`.
    public func downloadTask(with request: URLRequest) -> URLSessionDownloadTask {
        begin(request) { urlSession.downloadTask(with: $0) }
    }

    // MARK: Web sockets

    /// As `URLSession.webSocketTask(with:)`. The handshake is traced and recorded: the call ends when the socket opens.
    public func webSocketTask(with url: URL) -> URLSessionWebSocketTask {
        webSocketTask(with: URLRequest(url: url))
    }

    /// As `URLSession.webSocketTask(with:protocols:)`. The handshake is traced and recorded.
    public func webSocketTask(with url: URL, protocols: [String]) -> URLSessionWebSocketTask {
        var request = URLRequest(url: url)
        // URLSession's own call takes no headers beside them.
        request.setValue(protocols.joined(separator: ", "), forHTTPHeaderField: "Sec-WebSocket-Protocol")
        return webSocketTask(with: request)
    }

    /// As `URLSession.webSocketTask(with:)`. The handshake is traced and recorded: the call ends when the socket opens.
    public func webSocketTask(with request: URLRequest) -> URLSessionWebSocketTask {
        begin(request) { urlSession.webSocketTask(with: $0) }
    }

    // MARK: Closures

    /// As `URLSession.dataTask(with:completionHandler:)`.
    public func dataTask(
        with url: URL, completionHandler: @escaping @Sendable (Data?, URLResponse?, (any Error)?) -> Void
    ) -> URLSessionDataTask {
        dataTask(with: URLRequest(url: url), completionHandler: completionHandler)
    }

    /// As `URLSession.dataTask(with:completionHandler:)`.
    public func dataTask(
        with request: URLRequest, completionHandler: @escaping @Sendable (Data?, URLResponse?, (any Error)?) -> Void
    ) -> URLSessionDataTask {
        begin(request, .data(completionHandler)) { urlSession.dataTask(with: $0) }
    }

    /// As `URLSession.uploadTask(with:from:completionHandler:)`.
    public func uploadTask(
        with request: URLRequest, from body: Data,
        completionHandler: @escaping @Sendable (Data?, URLResponse?, (any Error)?) -> Void
    ) -> URLSessionUploadTask {
        begin(request, .data(completionHandler)) { urlSession.uploadTask(with: $0, from: body) }
    }

    /// As `URLSession.uploadTask(with:fromFile:completionHandler:)`.
    public func uploadTask(
        with request: URLRequest, fromFile file: URL,
        completionHandler: @escaping @Sendable (Data?, URLResponse?, (any Error)?) -> Void
    ) -> URLSessionUploadTask {
        begin(request, .data(completionHandler)) { urlSession.uploadTask(with: $0, fromFile: file) }
    }

    /// As `URLSession.downloadTask(with:completionHandler:)`: the file is removed when the closure returns.
    public func downloadTask(
        with url: URL, completionHandler: @escaping @Sendable (URL?, URLResponse?, (any Error)?) -> Void
    ) -> URLSessionDownloadTask {
        downloadTask(with: URLRequest(url: url), completionHandler: completionHandler)
    }

    /// As `URLSession.downloadTask(with:completionHandler:)`: the file is removed when the closure returns.
    public func downloadTask(
        with request: URLRequest, completionHandler: @escaping @Sendable (URL?, URLResponse?, (any Error)?) -> Void
    ) -> URLSessionDownloadTask {
        begin(request, .download(completionHandler)) { urlSession.downloadTask(with: $0) }
    }

    // MARK: The session

    /// As `URLSession.finishTasksAndInvalidate()`.
    public func finishTasksAndInvalidate() { urlSession.finishTasksAndInvalidate() }

    /// As `URLSession.invalidateAndCancel()`.
    public func invalidateAndCancel() { urlSession.invalidateAndCancel() }

    private func begin<Task: URLSessionTask>(
        _ request: URLRequest, _ handler: TaskCompletion.Handler? = nil, make: (URLRequest) -> Task
    ) -> Task {
        var request = request
        let call = isBackground ? nil : Call(&request, sessionHeaders: sessionHeaders, options: options.here, handspan: handspan)
        let task = make(request)
        delegate.calls.set(.init(call: call, completion: handler.map(TaskCompletion.init)), for: task)
        return task
    }
}
