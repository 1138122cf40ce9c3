package dev.handspan.hops

import dev.handspan.Handspan
import dev.handspan.HandspanConfiguration
import dev.handspan.HandspanEventListener
import dev.handspan.HandspanInterceptor
import dev.handspan.HandspanNetworkInterceptor
import dev.handspan.HostRule
import dev.handspan.TraceContextInjection
import dev.handspan.TraceFormat
import dev.handspan.handspan
import dev.handspan.handspanWebSockets
import dev.handspan.keepTrace
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.realHandspan
import okhttp3.Authenticator
import okhttp3.Cache
import okhttp3.Call
import okhttp3.Interceptor
import okhttp3.MediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import okio.BufferedSink
import org.json.JSONObject
import java.io.File
import java.io.IOException
import java.net.Proxy
import java.util.UUID
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit

/** What a run of a scenario has seen. */
internal class Seen(
    val arrivals: List<Arrival>,
    val heard: List<HeardRequest>,
    /** Status of each call; `null` where it failed. */
    val ends: List<Int?>,
    /** The events, in order. */
    val events: List<JSONObject>,
    val internalErrors: Long,
    val callsUnderWay: Int,
)

/** Runs one scenario against real servers. */
internal class ScenarioRun(
    private val table: Table,
    private val scenario: Scenario,
    private val cacheFolder: File,
    /** Stands in for our interceptors, if given. */
    private val instead: ((Handspan) -> Interceptor)? = null,
) {
    private val setup = scenario.client
    private val net = Net()
    private val intake = LocalIntake()
    private val servers = Servers(net, table, scenario)
    private val proxy = scenario.proxy?.let { ForwardProxy(it.hears, ::roleOf) }
    private val handspan = realHandspan(intake) { configure(this, table.roles.values.mapNotNull { it.configured }) }
    private val second: Handspan? = if (setup.installed == "two_instances") secondInstance() else null

    fun run(): Seen = try {
        val client = client()
        var last: Response? = null
        val ends = scenario.calls.map { step ->
            val ended = if (step.websocket) connect(client, step) else execute(client, step, last)
            last = ended.response ?: last
            ended.status
        }
        check(handspan.flush(FLUSH_MS)) { handspan.status() }
        val events = ArrayList<JSONObject>()
        while (!intake.isEmpty()) events.add(intake.take())
        Seen(
            servers.arrivals, proxy?.heard.orEmpty(), ends, events,
            handspan.status().internalErrors + (second?.status()?.internalErrors ?: 0),
            handspan.tracker.callsUnderWay + (second?.tracker?.callsUnderWay ?: 0),
        )
    } finally {
        handspan.shutdown()
        second?.shutdown()
        proxy?.close()
        intake.close()
        net.close()
    }

    private fun roleOf(host: String) = table.roles.entries.single { it.value.host == host }.key

    private fun configure(builder: HandspanConfiguration.Builder, hosts: List<String>) {
        val formats = scenario.config.formats.map { name -> TraceFormat.entries.single { it.name.equals(name, ignoreCase = true) } }
        builder.firstPartyHosts(hosts.associateWith { HostRule(formats.toSet()) })
        builder.sessionSampleRate(scenario.config.sessionSampleRate)
        builder.traceContextInjection(TraceContextInjection.valueOf(scenario.config.injection.uppercase()))
    }

    private fun secondInstance(): Handspan = Handspan.start(
        HandspanConfiguration("", "") {
            instance(UUID.randomUUID().toString())
            configure(this, listOf(table.roles.getValue("other").host))
        },
    ).also { check(it.awaitReady(30_000)) { it.status() } }

    // The client

    private fun client(): OkHttpClient = net.client {
        dns(servers)
        followRedirects(setup.followRedirects)
        retryOnConnectionFailure(setup.retry)
        if (setup.cache) cache(Cache(cacheFolder, CACHE_BYTES))
        proxy?.let { proxy(Proxy(Proxy.Type.HTTP, it.address)) }
        scenario.proxy?.password?.let { proxyAuthenticator(proxyPassword(ahead = it == "ahead")) }
        setup.authenticator?.let { authenticator(password(it)) }
        install(this)
    }

    private fun install(builder: OkHttpClient.Builder) {
        val apps = AppInterceptors({ servers.url(Address.read(it)) }, { net.client { dns(servers).handspan(handspan) } })
        setup.application.forEach {
            if (it == "ours") addOurs(builder, network = false) else builder.addInterceptor(apps.named(it))
        }
        setup.network.forEach {
            if (it == "ours") addOurs(builder, network = true) else builder.addNetworkInterceptor(apps.named(it))
        }
        if (instead != null) return
        // The order is set above; this adds what is missing.
        repeat(if (setup.installed == "twice") 2 else 1) { builder.handspan(handspan) }
        second?.let { builder.handspan(it) }
    }

    private fun addOurs(builder: OkHttpClient.Builder, network: Boolean) {
        if (instead != null) {
            if (!network) builder.addInterceptor(instead.invoke(handspan))
            return
        }
        repeat(if (setup.installed == "by_hand_twice") 2 else 1) {
            if (network) {
                builder.addNetworkInterceptor(HandspanNetworkInterceptor(handspan))
            } else {
                builder.addInterceptor(HandspanInterceptor(handspan))
                builder.eventListenerFactory(HandspanEventListener.Factory(handspan, builder.build().eventListenerFactory))
            }
        }
    }

    private fun password(login: ClientSetup.Login) = Authenticator { _, response ->
        val request = if (login.from == "wire") response.networkResponse!!.request else response.request
        if (request.header("Authorization") != null) return@Authenticator null
        request.newBuilder().apply { login.headers.forEach { (name, values) -> header(name, values.single()) } }.build()
    }

    private fun proxyPassword(ahead: Boolean) = Authenticator { _, response ->
        // OkHttp asks before the first CONNECT, by a challenge of its own making.
        val early = response.challenges().any { it.scheme == "OkHttp-Preemptive" }
        if (early != ahead || response.request.header("Proxy-Authorization") != null) return@Authenticator null
        response.request.newBuilder().header("Proxy-Authorization", "Basic dTpw").build()
    }

    // The calls

    private class Ended(val status: Int?, val response: Response?)

    private fun request(step: CallStep, last: Response?): Request {
        val base = when (step.from) {
            null -> return newRequest(step)
            "response" -> last!!.request
            "wire" -> last!!.networkResponse!!.request
            "first_wire" -> generateSequence(last!!) { it.priorResponse }.last().networkResponse!!.request
            else -> throw IllegalArgumentException(step.from)
        }
        return step.to?.let { base.newBuilder().url(servers.url(it)).build() } ?: base
    }

    private fun newRequest(step: CallStep): Request {
        val request = Request.Builder().url(servers.url(step.to!!)).method(step.method, step.body?.let { body(it, step.oneShot) })
        if (step.keep) request.keepTrace()
        step.headers.forEach { (name, values) -> values.forEach { request.addHeader(name, it) } }
        return request.build()
    }

    private fun body(text: String, once: Boolean) = object : RequestBody() {
        override fun contentType(): MediaType? = null
        override fun contentLength() = text.length.toLong()
        override fun isOneShot() = once
        override fun writeTo(sink: BufferedSink) {
            sink.writeUtf8(text)
        }
    }

    private var lastCall: Call? = null

    private fun execute(client: OkHttpClient, step: CallStep, last: Response?): Ended {
        val call = if (step.from == "clone") lastCall!!.clone() else client.newCall(request(step, last))
        lastCall = call
        val hop = step.cancel?.removePrefix("on_hop ")?.toIntOrNull()
        servers.onArrival = { if (it == hop) call.cancel() }
        if (step.cancel == "before") call.cancel()
        return try {
            call.execute().use { response ->
                if (step.cancel == "in_body") response.body!!.source().readByte().also { call.cancel() }
                try {
                    response.body!!.bytes()
                } catch (failure: IOException) {
                    if (step.cancel != "in_body") throw failure
                }
                Ended(response.code, response)
            }
        } catch (_: IOException) {
            Ended(null, null)
        }
    }

    private fun connect(client: OkHttpClient, step: CallStep): Ended {
        val ended = CompletableFuture<Ended>()
        val factory = if (setup.installed == "for_web_sockets") client.handspanWebSockets(handspan) else client
        val socket = factory.newWebSocket(
            newRequest(step),
            object : WebSocketListener() {
                override fun onOpen(webSocket: WebSocket, response: Response) {
                    ended.complete(Ended(response.code, response))
                }

                override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) {
                    ended.complete(Ended(response?.code, response))
                }
            },
        )
        return ended.get(10, TimeUnit.SECONDS).also { socket.cancel() }
    }

    private companion object {
        const val FLUSH_MS = 10_000L
        const val CACHE_BYTES = 1L shl 20
    }
}
