package dev.handspan.hops

import dev.handspan.support.TRACE_HEADERS
import dev.handspan.support.loopback
import java.io.BufferedInputStream
import java.io.InputStream
import java.io.OutputStream
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketException
import java.net.URI
import java.util.Collections
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread

/** A request that a proxy has heard: its first line, as the table writes it, and its trace headers. */
internal class HeardRequest(val line: String, val trace: TraceHeaders)

/**
 * A proxy on loopback. It answers by itself what the table says, and forwards the rest byte by byte, wherever the name
 * points: our servers are all on loopback.
 */
internal class ForwardProxy(private val script: List<ProxyStep.Heard>, private val roleOf: (host: String) -> String) : AutoCloseable {
    private val server = ServerSocket(0, 50, loopback())
    private val sockets = CopyOnWriteArrayList<Socket>()
    private val requests = Collections.synchronizedList(ArrayList<HeardRequest>())

    val address: InetSocketAddress get() = InetSocketAddress(loopback(), server.localPort)

    /** Everything it has heard. */
    val heard: List<HeardRequest> get() = synchronized(requests) { ArrayList(requests) }

    init {
        thread(name = "proxy", isDaemon = true) { quietly { while (true) accept(server.accept()) } }
    }

    override fun close() {
        server.close()
        sockets.forEach { it.close() }
    }

    private fun accept(client: Socket) {
        sockets.add(client)
        thread(name = "proxied", isDaemon = true) { client.use { quietly { serve(it) } } }
    }

    private fun serve(client: Socket) {
        val from = BufferedInputStream(client.getInputStream())
        val head = readHead(from) ?: return
        val (method, target) = head.first().split(" ")
        val uri = if (method == "CONNECT") URI("http://$target") else URI(target)
        val role = roleOf(uri.host)
        val path = uri.rawPath.orEmpty()
        val trace = head.drop(1).map { it.substringBefore(":") to it.substringAfter(":").trim() }
            .filter { TRACE_HEADERS.matches(it.first) }.groupBy({ it.first.lowercase() }, { it.second })
        val number = synchronized(requests) {
            requests.add(HeardRequest(if (method == "CONNECT") "CONNECT $role" else "$method $role$path", trace))
            requests.size
        }
        val to = client.getOutputStream()
        script.getOrNull(number - 1)?.answer?.let { return refuse(it, to) }
        Socket(loopback(), uri.port).use { origin ->
            sockets.add(origin)
            if (method == "CONNECT") {
                to.write("HTTP/1.1 200 Connection established\r\n\r\n".toByteArray())
            } else {
                val lines = listOf("$method $path HTTP/1.1") + head.drop(1)
                origin.getOutputStream().write((lines.joinToString("\r\n") + "\r\n\r\n").toByteArray())
            }
            thread(name = "pump", isDaemon = true) { quietly { from.pumpTo(origin.getOutputStream()) } }
            origin.getInputStream().pumpTo(to)
        }
    }

    private fun refuse(status: Int, to: OutputStream) {
        val challenge = if (status == 407) "Proxy-Authenticate: Basic realm=\"proxy\"\r\n" else ""
        to.write("HTTP/1.1 $status No\r\n${challenge}Content-Length: 0\r\nConnection: close\r\n\r\n".toByteArray())
    }

    private fun readHead(from: InputStream): List<String>? {
        val text = StringBuilder()
        while (!text.endsWith("\r\n\r\n")) {
            val byte = from.read()
            if (byte < 0) return null
            text.append(byte.toChar())
        }
        return text.trim().lines()
    }

    private fun InputStream.pumpTo(to: OutputStream) {
        val buffer = ByteArray(8192)
        while (true) {
            val count = read(buffer)
            if (count < 0) return
            to.write(buffer, 0, count)
            to.flush()
        }
    }

    /** Either end may go at any time. */
    private fun quietly(use: () -> Unit) = try {
        use()
    } catch (_: SocketException) {
    }
}
