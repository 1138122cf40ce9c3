package dev.handspan.support

import okhttp3.Dns
import okhttp3.HttpUrl
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.mockwebserver.Dispatcher
import okhttp3.mockwebserver.MockResponse
import okhttp3.mockwebserver.MockWebServer
import okhttp3.mockwebserver.RecordedRequest
import okhttp3.tls.HandshakeCertificates
import okhttp3.tls.HeldCertificate
import java.net.InetAddress
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

const val FIRST = "first.test"
const val SUBDOMAIN = "api.first.test"
const val OTHER = "other.test"
const val THIRD = "third.test"

/** Every header that could carry a trace. */
val TRACE_HEADERS = Regex("(?i)traceparent|tracestate|baggage|x-datadog-.*|b3|x-b3-.*|sw8.*")

/** One certificate with every name, for all servers. */
private val held = HeldCertificate.Builder().apply {
    listOf(FIRST, SUBDOMAIN, OTHER, THIRD).forEach { addSubjectAlternativeName(it) }
}.build()
private val serverCertificates = HandshakeCertificates.Builder().heldCertificate(held).build()
private val clientCertificates = HandshakeCertificates.Builder().addTrustedCertificate(held.certificate).build()

/** The nth address of loopback. */
fun loopback(n: Int = 1, name: String? = null): InetAddress = InetAddress.getByAddress(name, byteArrayOf(127, 0, 0, n.toByte()))

/** Servers on loopback that answer to any name, and the client's way to them. */
class Net : AutoCloseable {
    private val servers = ArrayList<Site>()
    private val clients = ArrayList<OkHttpClient>()

    /** A client that finds every name on loopback and trusts our servers. */
    fun client(configure: OkHttpClient.Builder.() -> Unit = {}): OkHttpClient = OkHttpClient.Builder()
        .dns(object : Dns {
            override fun lookup(hostname: String) = listOf(loopback(name = hostname))
        })
        .sslSocketFactory(clientCertificates.sslSocketFactory(), clientCertificates.trustManager)
        .apply(configure)
        .build()
        .also { clients.add(it) }

    fun site(
        tls: Boolean = false,
        protocols: List<Protocol> = listOf(Protocol.HTTP_1_1),
        address: InetAddress = loopback(),
        port: Int = 0,
        answer: (RecordedRequest) -> MockResponse = { MockResponse().setBody("hello") },
    ): Site {
        val server = MockWebServer()
        if (tls) server.useHttps(serverCertificates.sslSocketFactory(), false)
        server.protocols = protocols
        val site = Site(server, if (tls) "https" else "http")
        server.dispatcher = object : Dispatcher() {
            override fun dispatch(request: RecordedRequest): MockResponse {
                site.received.add(request)
                return answer(request)
            }
        }
        server.start(address, port)
        servers.add(site)
        return site
    }

    override fun close() {
        clients.forEach {
            it.dispatcher.executorService.shutdown()
            it.connectionPool.evictAll()
        }
        servers.forEach { it.server.shutdown() }
    }
}

class Site(val server: MockWebServer, private val scheme: String) {
    val received = LinkedBlockingQueue<RecordedRequest>()

    fun url(host: String, path: String = "/"): HttpUrl =
        HttpUrl.Builder().scheme(scheme).host(host).port(server.port).encodedPath(path).build()

    /** The next request that arrived. */
    fun take(): RecordedRequest = received.poll(5, TimeUnit.SECONDS) ?: throw AssertionError("no request arrived")
}

fun RecordedRequest.traceHeaders(): Map<String, String> =
    headers.filter { TRACE_HEADERS.matches(it.first) }.associate { it.first.lowercase() to it.second }

fun get(url: HttpUrl): Request = Request.Builder().url(url).build()

fun redirect(to: HttpUrl): MockResponse = MockResponse().setResponseCode(302).setHeader("Location", to.toString())

/** The call, its body read to the end. */
fun OkHttpClient.body(request: Request): String = newCall(request).execute().use { it.body!!.string() }
