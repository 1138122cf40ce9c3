package dev.handspan.sample

import dev.handspan.Handspan
import okhttp3.Request
import org.json.JSONObject
import java.io.IOException

private const val FLUSH_MS = 15_000L

/** An app that is led by its standard input: a line each way. It ends with its input. */
fun follow(app: App): Int {
    answer("ready", app.handspan)
    for (line in generateSequence(::readLine)) {
        val said = when (line.substringBefore(' ')) {
            "get" -> status(app, line.substringAfter(' '))
            "background" -> "background".also { app.handspan.enterBackground() }
            "foreground" -> "foreground".also { app.handspan.enterForeground() }
            "flush" -> if (app.handspan.flush(FLUSH_MS)) "flushed" else "not flushed"
            "status" -> "status"
            else -> return 2
        }
        answer(said, app.handspan)
    }
    app.handspan.shutdown()
    return 0
}

private fun status(app: App, url: String): String = try {
    app.get(Request.Builder().url(url).build()).toString()
} catch (failure: IOException) {
    failure.toString()
}

private fun answer(said: String, handspan: Handspan) {
    val status = handspan.status()
    println(
        JSONObject().put("said", said).put("remote", status.remote)
            .put("remote_version", status.remoteVersion ?: JSONObject.NULL),
    )
}
