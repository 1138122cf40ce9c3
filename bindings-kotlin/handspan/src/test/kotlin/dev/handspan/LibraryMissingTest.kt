package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.traceHeaders
import org.json.JSONObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.TimeUnit

/** Without the native library, and without JNA. A library is loaded once a process: each in a JVM of its own. */
class LibraryMissingTest {
    private fun app(folder: File, classPath: List<String>): JSONObject {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val output = File(folder, "output")
        val process = ProcessBuilder(
            java,
            "-Djna.library.path=$folder",
            "-cp",
            classPath.joinToString(File.pathSeparator),
            AppWithoutLibrary::class.java.name,
        ).redirectErrorStream(true).redirectOutput(output).start()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS)) { output.readText() }
        assertEquals(0, process.exitValue()) { output.readText() }
        return JSONObject(output.readLines().last())
    }

    private val classPath =
        (System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")).split(File.pathSeparator)

    @Test
    fun `the library is missing`(@TempDir folder: File) {
        val seen = app(folder, classPath)
        assertEquals("FAILED", seen.getString("state"))
        assertTrue("jna.library.path" in seen.getString("reason")) { "$seen" }
        assertTrue("handspan" in seen.getString("reason")) { "$seen" }
    }

    @Test
    fun `JNA is missing`(@TempDir folder: File) {
        val seen = app(folder, classPath.filterNot { "jna" in File(it).name })
        assertEquals("FAILED", seen.getString("state"))
        assertTrue("net.java.dev.jna:jna" in seen.getString("reason")) { "$seen" }
    }
}

/** An app: two requests, and what it can read afterwards as its last line. */
object AppWithoutLibrary {
    @JvmStatic
    fun main(args: Array<String>) {
        Net().use { net ->
            val site = net.site()
            val handspan = Handspan.start(HandspanConfiguration("token", "app") { firstPartyHost(FIRST) })
            val client = net.client { handspan(handspan) }
            check(client.body(get(site.url(FIRST))) == "hello")
            check(!handspan.awaitReady(30_000))
            check(client.body(get(site.url(FIRST))) == "hello")
            repeat(2) { check(site.take().traceHeaders().isEmpty()) }
            val status = handspan.status()
            check(status.requestsBeforeReady + status.requestsWithoutCore == 2L) { status }
            println(JSONObject().put("state", status.state.name).put("reason", status.reason))
        }
    }
}
