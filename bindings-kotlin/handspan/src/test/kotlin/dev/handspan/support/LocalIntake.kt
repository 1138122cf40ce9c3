package dev.handspan.support

import okhttp3.mockwebserver.Dispatcher
import okhttp3.mockwebserver.MockResponse
import okhttp3.mockwebserver.MockWebServer
import okhttp3.mockwebserver.RecordedRequest
import okio.Buffer
import okio.ByteString
import okio.GzipSource
import okio.InflaterSource
import okio.Source
import okio.buffer
import org.json.JSONArray
import org.json.JSONObject
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.zip.Inflater
import javax.net.ssl.SSLSocketFactory

/** Takes batches as an intake does and hands out their events; what comes as OTLP in JSON is one event a request. */
class LocalIntake(tls: SSLSocketFactory? = null) : AutoCloseable {
    private val server = MockWebServer()
    private val scheme = if (tls == null) "http" else "https"
    private val events = LinkedBlockingQueue<JSONObject>()

    /** Every event is in a view, which is told again and again. */
    private val views = LinkedBlockingQueue<JSONObject>()

    /** The requests that came. */
    val requests = LinkedBlockingQueue<RecordedRequest>()

    init {
        server.dispatcher = object : Dispatcher() {
            override fun dispatch(request: RecordedRequest): MockResponse {
                requests.add(request)
                if (request.getHeader("Content-Type") != "application/x-protobuf") {
                    val body = bodyOf(request).utf8()
                    for (event in eventsIn(body)) {
                        when (event.optString("type")) {
                            // Handspan's own word on itself comes when it likes.
                            "telemetry" -> {}
                            "view" -> views.add(event)
                            else -> events.add(event)
                        }
                    }
                }
                return MockResponse().setResponseCode(202)
            }
        }
        tls?.let { server.useHttps(it, false) }
        server.start(loopback(), 0)
    }

    val port: Int get() = server.port
    val url: String get() = "$scheme://127.0.0.1:$port"

    /** The next event that is no view. */
    fun take(): JSONObject = events.poll(10, TimeUnit.SECONDS) ?: throw AssertionError("no event arrived")

    /** The next request. */
    fun takeRequest(): RecordedRequest = requests.poll(10, TimeUnit.SECONDS) ?: throw AssertionError("no request arrived")

    /** All that has arrived and was not taken, views last. */
    fun takeAll(): List<JSONObject> = ArrayList<JSONObject>().also {
        events.drainTo(it)
        views.drainTo(it)
    }

    /** Nothing else has arrived, bar views. */
    fun isEmpty(): Boolean = events.isEmpty()

    override fun close() = server.shutdown()

    /** A request's body as it was before it was compressed. */
    fun bodyOf(request: RecordedRequest): ByteString = decoded(request).buffer().readByteString()

    /** Logs come as an array, spans in an envelope a line, all else a line each. */
    private fun eventsIn(body: String): List<JSONObject> =
        if (body.startsWith("[")) {
            JSONArray(body).map { it as JSONObject }
        } else {
            body.lineSequence().filter { it.isNotEmpty() }.map { JSONObject(it) }.flatMap { line ->
                line.optJSONArray("spans")?.map { it as JSONObject } ?: listOf(line)
            }.toList()
        }

    private fun decoded(request: RecordedRequest): Source {
        val raw: Buffer = request.body.clone()
        return when (request.getHeader("Content-Encoding")) {
            "gzip" -> GzipSource(raw)
            "deflate" -> InflaterSource(raw, Inflater())
            else -> raw
        }
    }
}

val JSONObject.handspan: JSONObject get() = getJSONObject("context").getJSONObject("handspan")
val JSONObject.hops: List<JSONObject> get() = handspan.getJSONArray("hops").map { it as JSONObject }
val JSONObject.resource: JSONObject get() = getJSONObject("resource")
