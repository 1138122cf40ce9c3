package dev.handspan.sample

import okhttp3.Request
import org.json.JSONObject
import java.io.IOException
import java.util.concurrent.CountDownLatch
import kotlin.system.exitProcess

private const val START_MS = 30_000L
private const val FLUSH_MS = 15_000L

private const val USAGE = """usage, with HANDSPAN_DEMO in the environment:
  handspan-sample                                the cases of the demo, a JSON line each
  handspan-sample --one-request URL [--then-wait]  one request, then the line "finished"; --then-wait never ends
  handspan-sample --send-stored                  sends what an earlier process has stored
  handspan-sample --follow                       does what its standard input says: get URL, background, foreground, flush, status"""

fun main(args: Array<String>) {
    val code = try {
        when {
            args.isEmpty() -> runDemo(DemoSettings.fromEnvironment())
            args.first() == "--one-request" && args.size in 2..3 ->
                oneRequest(DemoSettings.fromEnvironment(), args[1], thenWait = args.getOrNull(2) == "--then-wait")
            args.contentEquals(arrayOf("--send-stored")) -> sendStored(DemoSettings.fromEnvironment())
            args.contentEquals(arrayOf("--follow")) -> {
                val app = App(DemoSettings.fromEnvironment())
                if (app.isReady()) follow(app) else 1
            }
            else -> complain(USAGE)
        }
    } catch (error: IllegalArgumentException) {
        complain(error.message)
    }
    // OkHttp's idle threads would keep the process for a minute.
    exitProcess(code)
}

private fun runDemo(settings: DemoSettings): Int {
    val app = App(settings)
    if (!app.isReady()) return 1
    val cases = demoCases(settings) { name, server -> System.err.println("left out $name: no server \"$server\"") }
    for (case in cases) println(outcome(app, case))
    return app.flushed()
}

private fun outcome(app: App, case: DemoCase): JSONObject {
    val line = JSONObject()
        .put("app", "kotlin")
        .put("case", case.name)
        .put("url", case.request.url.toString())
        .put("status", JSONObject.NULL)
        .put("error", JSONObject.NULL)
        .put("expect", case.expect)
    return try {
        line.put("status", app.get(case.request))
    } catch (failure: IOException) {
        line.put("error", failure.toString())
    }
}

private fun oneRequest(settings: DemoSettings, url: String, thenWait: Boolean): Int {
    // A minute: whoever kills this process wants to find the batch unsent.
    val app = App(settings, batchMaxAgeMs = if (thenWait) 60_000 else settings.batchMaxAgeMs)
    if (!app.isReady()) return 1
    val status = app.get(Request.Builder().url(url).build())
    // The body has been read: the call has ended and is reported.
    println("finished")
    System.err.println("status $status")
    if (thenWait) CountDownLatch(1).await()
    return app.flushed()
}

private fun sendStored(settings: DemoSettings): Int {
    val app = App(settings)
    return if (app.isReady()) app.flushed() else 1
}

internal fun App.get(request: Request): Int = client.newCall(request).execute().use { response ->
    response.body.bytes()
    response.code
}

private fun App.isReady(): Boolean {
    if (handspan.awaitReady(START_MS)) return true
    System.err.println(handspan.status())
    return false
}

private fun App.flushed(): Int {
    val sent = handspan.flush(FLUSH_MS)
    System.err.println(handspan.status())
    handspan.shutdown()
    return if (sent) 0 else complain("not everything was sent within $FLUSH_MS ms")
}

private fun complain(message: String?): Int {
    System.err.println(message)
    return 2
}
