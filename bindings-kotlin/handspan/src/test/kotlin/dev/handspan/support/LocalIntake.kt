package dev.handspan.support

import okhttp3.mockwebserver.Dispatcher
import okhttp3.mockwebserver.MockResponse
import okhttp3.mockwebserver.MockWebServer
import okhttp3.mockwebserver.RecordedRequest
import okio.Buffer
import okio.GzipSource
import okio.InflaterSource
import okio.Source
import okio.buffer
import org.json.JSONObject
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.zip.Inflater

/** Takes batches as the intake does and hands out their events. */
class LocalIntake : AutoCloseable {
    private val server = MockWebServer()
    private val events = LinkedBlockingQueue<JSONObject>()

    init {
        server.dispatcher = object : Dispatcher() {
            override fun dispatch(request: RecordedRequest): MockResponse {
                val body = decoded(request).buffer().readUtf8()
                body.lineSequence().filter { it.isNotEmpty() }.forEach { events.add(JSONObject(it)) }
                return MockResponse().setResponseCode(202)
            }
        }
        server.start(loopback(), 0)
    }

    val url: String get() = "http://127.0.0.1:${server.port}"

    /** The next event. */
    fun take(): JSONObject = events.poll(10, TimeUnit.SECONDS) ?: throw AssertionError("no event arrived")

    /** Nothing else has arrived. */
    fun isEmpty(): Boolean = events.isEmpty()

    override fun close() = server.shutdown()

    private fun decoded(request: RecordedRequest): Source {
        val raw: Buffer = request.body
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
