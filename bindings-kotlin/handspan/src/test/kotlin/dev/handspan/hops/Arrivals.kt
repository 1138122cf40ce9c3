package dev.handspan.hops

import dev.handspan.support.Net
import dev.handspan.support.Site
import dev.handspan.support.TRACE_HEADERS
import dev.handspan.support.loopback
import okhttp3.Dns
import okhttp3.Headers
import okhttp3.HttpUrl
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.Protocol
import okhttp3.WebSocketListener
import okhttp3.mockwebserver.MockResponse
import okhttp3.mockwebserver.RecordedRequest
import okhttp3.mockwebserver.SocketPolicy
import java.net.BindException
import java.net.InetAddress

/** A request that has arrived at the server of a [role]. */
internal class Arrival(val scheme: String, val role: String?, val method: String, val path: String, val trace: TraceHeaders)

/** The trace headers, by lower-case name. */
internal fun Headers.trace(): TraceHeaders =
    filter { TRACE_HEADERS.matches(it.first) }.groupBy({ it.first.lowercase() }, { it.second })

/** The servers of a scenario: what arrives, in order, and what is answered. */
internal class Servers(private val net: Net, private val table: Table, private val scenario: Scenario) : Dns {
    private val sites = HashMap<String, Site>()
    private val seen = ArrayList<Arrival>()

    /** Called when the nth request, from 1, has arrived and is not yet answered. */
    var onArrival: (Int) -> Unit = {}

    /** Everything that has arrived. */
    val arrivals: List<Arrival> get() = synchronized(seen) { ArrayList(seen) }

    fun url(address: Address): HttpUrl {
        val scheme = address.scheme ?: if (scenario.client.tls) "https" else "http"
        val user = address.user?.let { table.roles.getValue(it).host + "@" }.orEmpty()
        return "$scheme://$user${host(address)}:${site(scheme, address.role).server.port}${address.path}".toHttpUrl()
    }

    fun host(address: Address): String = table.roles.getValue(address.role).host

    override fun lookup(hostname: String): List<InetAddress> {
        val role = table.roles.entries.single { it.value.host == hostname }.key
        return scenario.client.addresses[role]?.indices?.map { loopback(it + 1, hostname) } ?: listOf(loopback(1, hostname))
    }

    private fun site(scheme: String, role: String): Site {
        val key = if (scenario.client.oneServer) scheme else "$scheme:$role"
        return sites.getOrPut(key) { start(scheme, role.takeUnless { scenario.client.oneServer }, scenario.client.addresses[role] ?: listOf("answers")) }
    }

    /** The nth server listens on the nth address of loopback, all on one port. */
    private fun start(scheme: String, role: String?, kinds: List<String>): Site {
        val listening = kinds.indices.filter { kinds[it] != "refuses" }.map { it + 1 }
        if (listening.isEmpty()) return site(scheme, role, 1, 0).also { it.server.shutdown() }
        repeat(ATTEMPTS) {
            val first = site(scheme, role, listening.first(), 0)
            try {
                listening.drop(1).forEach { site(scheme, role, it, first.server.port) }
                return first
            } catch (_: BindException) {
                // Somebody else has the port on that address: another one.
            }
        }
        error("no port that is free on ${listening.size} addresses")
    }

    private fun site(scheme: String, role: String?, address: Int, port: Int): Site {
        val protocols = if (scenario.client.http2) listOf(Protocol.HTTP_2, Protocol.HTTP_1_1) else listOf(Protocol.HTTP_1_1)
        return net.site(scheme == "https", protocols, loopback(address), port) { arrived(scheme, role ?: named(it), it) }
    }

    /** The role that a request names itself. A copied request may name another than the one it goes to. */
    private fun named(request: RecordedRequest): String? {
        val host = (request.getHeader("Host") ?: request.getHeader(":authority")).orEmpty().substringBeforeLast(":")
        return table.roles.entries.firstOrNull { it.value.host == host }?.key
    }

    private fun arrived(scheme: String, role: String?, request: RecordedRequest): MockResponse {
        val arrival = Arrival(scheme, role, request.method.orEmpty(), request.path.orEmpty(), request.headers.trace())
        val number = synchronized(seen) { seen.add(arrival); seen.size }
        onArrival(number)
        return scenario.hops.getOrNull(number - 1)?.answer?.let(::response) ?: MockResponse().setResponseCode(UNEXPECTED)
    }

    private fun response(answer: Answer): MockResponse {
        val response = MockResponse()
        when (answer.then) {
            "cut" -> return response.setSocketPolicy(SocketPolicy.DISCONNECT_AFTER_REQUEST)
            "stall" -> return response.setSocketPolicy(SocketPolicy.NO_RESPONSE)
            "websocket" -> return response.withWebSocketUpgrade(object : WebSocketListener() {})
            "stall_in_body" -> response.setBody("half").setHeader("Content-Length", "8")
            null -> if (answer.status != 304) response.setBody("hello")
            else -> error("no such answer: ${answer.then}")
        }
        response.setResponseCode(answer.status)
        answer.location?.let { response.setHeader("Location", it.path ?: url(it.address!!).toString()) }
        answer.headers.forEach { (name, values) -> values.forEach { response.addHeader(name, it) } }
        return response
    }

    private companion object {
        const val ATTEMPTS = 20

        /** What a request gets that the table does not know. */
        const val UNEXPECTED = 599
    }
}
