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

    private let state = Locked((seen: Seen(), waiting: CheckedContinuation<Data, any Error>?.none))
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
    func run(_ task: URLSessionTask) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0.waiting = continuation }
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
        end(nil)
    }

    func urlSession(
        _ session: URLSession, webSocketTask: URLSessionWebSocketTask,
        didCloseWith code: URLSessionWebSocketTask.CloseCode, reason: Data?
    ) {
        note("close")
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        note("complete") { $0.error = error as NSError? }
        end(error)
    }

    private func end(_ error: (any Error)?) {
        let (waiting, body) = state.withLock { state in
            defer { state.waiting = nil }
            return (state.waiting, state.seen.body)
        }
        waiting?.resume(with: error.map { .failure($0) } ?? .success(body))
    }
}
