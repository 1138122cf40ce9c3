import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A real HTTP/1.1 server on a loopback port of its own, a connection an exchange. It keeps what it was sent.
final class TestServer: @unchecked Sendable {
    struct Request: Sendable {
        var method = ""
        /// Path and query as they came.
        var target = ""
        /// Lower-case names. The values of a header that came twice are joined by `, `.
        var headers: [String: String] = [:]
        /// Names of the headers that came twice.
        var repeated: Set<String> = []
        var body = Data()

        /// The trace headers among them.
        var traceHeaders: [String: String] {
            headers.filter { name, _ in
                name.hasPrefix("x-datadog-") || name.hasPrefix("x-b3-")
                    || ["traceparent", "tracestate", "b3", "sw8", "baggage"].contains(name)
            }
        }
    }

    struct Response: Sendable {
        /// How an answer ends.
        enum Ending: Sendable {
            /// With the last byte of the body.
            case whole
            /// Nothing is answered, the connection ends.
            case cut
            /// Nothing is answered until the client gives up.
            case stall
            /// Half of the body is answered, and nothing more until the client gives up.
            case stallInBody
            /// The connection becomes a web socket, on which the server says nothing until the client ends it.
            case webSocket
        }

        var status = 200
        var headers: [String: String] = [:]
        /// Headers after those, in order; a name may come again.
        var moreHeaders: [(name: String, value: String)] = []
        var body = Data("{}".utf8)
        var ending = Ending.whole

        static let ok = Response()
        static func status(_ status: Int) -> Response { Response(status: status) }
        static func redirect(to url: URL, status: Int = 302) -> Response {
            Response(status: status, headers: ["Location": url.absoluteString], body: Data())
        }
    }

    let port: Int
    private let socket: Int32
    private let answer: @Sendable (Request) -> Response
    private let lock = NSLock()
    private var seen: [Request] = []

    init(_ answer: @escaping @Sendable (Request) -> Response = { _ in .ok }) throws {
        self.answer = answer
        (socket, port) = try Self.bound()
        guard systemListen(socket, 64) == 0 else { throw Self.lastError }
        let thread = Thread { [socket, weak self] in
            // Closed by who reads from it: closed elsewhere, its number could already be another server's.
            defer { close(socket) }
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                guard let server = self else {
                    close(connection)
                    return
                }
                Thread.detachNewThread { server.serve(connection) }
            }
        }
        thread.start()
    }

    deinit {
        // Wakes the thread in accept().
        shutdown(socket, Int32(SHUT_RDWR))
    }

    var requests: [Request] { lock.withLock { seen } }

    /// `http://HOST:port/PATH`; every name under `.localhost` is this machine.
    func url(_ host: String, _ path: String = "/") -> URL {
        URL(string: "http://\(host):\(port)\(path)")!
    }

    /// A port on which nothing listens, kept from others until the process ends.
    static func closedPort() throws -> Int {
        try bound().port
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = Self.read(connection) else { return }
        lock.withLock { seen.append(request) }
        let response = answer(request)
        var head = "HTTP/1.1 \(response.status) Test\r\nContent-Length: \(response.body.count)\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        for (name, value) in response.moreHeaders { head += "\(name): \(value)\r\n" }
        let whole = Data((head + "\r\n").utf8) + response.body
        switch response.ending {
        case .webSocket:
            // Foundation on Linux does not check the key.
            let head =
                "HTTP/1.1 101 Test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
            Self.write(Data(head.utf8), to: connection)
            Self.awaitEnd(of: connection)
        case .whole: Self.write(whole, to: connection)
        case .cut: break
        case .stall: Self.awaitEnd(of: connection)
        case .stallInBody:
            Self.write(whole.dropLast(response.body.count / 2), to: connection)
            Self.awaitEnd(of: connection)
        }
    }

    private static func awaitEnd(of connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        while recv(connection, &buffer, buffer.count, 0) > 0 {}
    }

    private static var lastError: any Error { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

    /// A socket on a free loopback port; it does not listen yet.
    private static func bound() throws -> (socket: Int32, port: Int) {
        let socket = systemSocket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
            }
        }
        guard bound else { throw lastError }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        func more() -> Bool {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
            return count > 0
        }
        var end = bytes.range(of: Data("\r\n\r\n".utf8))
        while end == nil {
            // The first byte of TLS is no request's.
            guard more(), bytes.first != 0x16 else { return nil }
            end = bytes.range(of: Data("\r\n\r\n".utf8))
        }
        var request = Request()
        let lines = String(decoding: bytes[..<end!.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let first = lines[0].split(separator: " ")
        (request.method, request.target) = (String(first[0]), String(first[1]))
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].lowercased()
            let value = parts[1].trimmingCharacters(in: .whitespaces)
            if let first = request.headers[name] {
                request.headers[name] = "\(first), \(value)"
                request.repeated.insert(name)
            } else {
                request.headers[name] = value
            }
        }
        if request.headers["expect"]?.lowercased() == "100-continue" {
            write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8), to: connection)
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < end!.upperBound + length {
            guard more() else { return nil }
        }
        request.body = Data(bytes[end!.upperBound...].prefix(length))
        return request
    }

    private static func write(_ data: Data, to connection: Int32) {
        data.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = send(connection, bytes.baseAddress! + sent, bytes.count - sent, noSignal)
                guard count > 0 else { return }
                sent += count
            }
        }
    }
}

#if canImport(Glibc)
    private let noSignal = Int32(MSG_NOSIGNAL)
    private func systemSocket() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    private func systemListen(_ socket: Int32, _ backlog: Int32) -> Int32 { listen(socket, backlog) }
#else
    private let noSignal: Int32 = 0
    private func systemSocket() -> Int32 { socket(AF_INET, SOCK_STREAM, 0) }
    private func systemListen(_ socket: Int32, _ backlog: Int32) -> Int32 { listen(socket, backlog) }
#endif
