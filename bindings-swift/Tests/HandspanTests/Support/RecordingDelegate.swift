import Foundation

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An app's own delegate: keeps what it was told, and can be asked to interfere with a redirect.
final class RecordingDelegate: NSObject, URLSessionDataDelegate, URLSessionDownloadDelegate,
    URLSessionWebSocketDelegate, @unchecked Sendable
{
    typealias RedirectAnswer = @Sendable (URLSessionTask, URLRequest, @escaping @Sendable (URLRequest?) -> Void) -> Void

    struct Seen: Sendable {
        var calls: [String] = []
        var redirects: [URLRequest] = []
        var body = Data()
        var error: NSError?
        var sent: Int64 = 0
    }

    private struct Waiting {
        let task: URLSessionTask
        let continuation: CheckedContinuation<Data, any Error>
    }

    private let state = Locked((seen: Seen(), waiting: Waiting?.none))
    private let dataHook = Locked<(@Sendable () -> Void)?>(nil)
    private let onRedirect: RedirectAnswer
    private let credential: URLCredential?

    init(
        credential: URLCredential? = nil,
        onRedirect: @escaping RedirectAnswer = { _, request, answer in answer(request) }
    ) {
        self.credential = credential
        self.onRedirect = onRedirect
    }

    var seen: Seen { state.withLock { $0.seen } }

    /// What to do when a part of a body has come.
    func onData(_ hook: @escaping @Sendable () -> Void) {
        dataHook.withLock { $0 = hook }
    }

    /// Runs a delegate task and gives its body, or throws its error. A web socket's ends when it opens.
    /// - Parameter cancelled: it is cancelled before it is resumed. Foundation on Linux tells that end at once.
    func run(_ task: URLSessionTask, cancelled: Bool = false) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0.waiting = Waiting(task: task, continuation: continuation) }
            if cancelled { task.cancel() }
            task.resume()
        }
    }

    private func note(_ call: String, _ change: (inout Seen) -> Void = { _ in }) {
        state.withLock { state in
            state.seen.calls.append(call)
            change(&state.seen)
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        note("redirect \(response.statusCode)") { $0.redirects.append(request) }
        onRedirect(task, request, completionHandler)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        note("response")
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        note("data") { $0.body.append(data) }
        dataHook.withLock { $0 }?()
    }

    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        note("file") { $0.body = (try? Data(contentsOf: location)) ?? Data() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        note("sent") { $0.sent = totalBytesSent }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        note("challenge \(challenge.protectionSpace.authenticationMethod)")
        completionHandler(credential == nil ? .performDefaultHandling : .useCredential, credential)
    }

    func urlSession(
        _ session: URLSession, webSocketTask: URLSessionWebSocketTask, didOpenWithProtocol name: String?
    ) {
        note("open \(name ?? "")")
        end(webSocketTask, nil)
    }

    func urlSession(
        _ session: URLSession, webSocketTask: URLSessionWebSocketTask,
        didCloseWith code: URLSessionWebSocketTask.CloseCode, reason: Data?
    ) {
        note("close")
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        note("complete") { $0.error = error as NSError? }
        end(task, error)
    }

    private func end(_ task: URLSessionTask, _ error: (any Error)?) {
        let (waiting, body): (Waiting?, Data) = state.withLock { state in
            guard state.waiting?.task === task else { return (nil, Data()) }
            defer { state.waiting = nil }
            return (state.waiting, state.seen.body)
        }
        waiting?.continuation.resume(with: error.map { .failure($0) } ?? .success(body))
    }
}
