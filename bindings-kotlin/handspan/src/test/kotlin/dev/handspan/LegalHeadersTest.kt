package dev.handspan

import dev.handspan.ffi.AccountInfo
import dev.handspan.ffi.HandspanCore
import dev.handspan.ffi.UserInfo
import dev.handspan.internal.UniffiCore
import dev.handspan.internal.bounded
import dev.handspan.internal.hopRequest
import dev.handspan.internal.toRecord
import okhttp3.Headers
import okhttp3.HttpUrl
import okhttp3.Request
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.UUID
import kotlin.random.Random

/** Whatever ids, users, the app's headers and the configuration contain: OkHttp takes every header that we set. */
class LegalHeadersTest {
    private val random = Random(SEED)

    /** Letters, what separates, what is escaped, control characters, other scripts, half a surrogate, a long run. */
    private fun nasty(): String {
        val pieces = listOf(
            "a", "Z9", " ", "\t", "\n", "\r\n", "\u0000", "\u007f", ",", ";", "=", "\"", "\\", "%", "%zz", "é", "Zoë Müller", "日本",
            "\uD83D\uDE00", "\uD83D", "\uFEFF", "dd=s:1", "rum=v2", "traceparent", "-", "&", "|", "<", "x".repeat(300),
        )
        return List(random.nextInt(6)) { pieces.random(random) }.joinToString("")
    }

    private fun configuration() = HandspanConfiguration("", "") {
        instance(UUID.randomUUID().toString())
        service(nasty()).env(nasty()).version(nasty()).armsPid(nasty())
        firstPartyHost("first.test", HostRule(TraceFormat.entries.shuffled(random).take(1 + random.nextInt(6)).toSet()))
        if (random.nextInt(4) == 0) sessionSampleRate(0.0).traceContextInjection(TraceContextInjection.ALL)
    }

    private fun request(): Request {
        val url = HttpUrl.Builder().scheme("https").host(if (random.nextBoolean()) "first.test" else "日本.first.test")
            .addPathSegment(nasty()).addQueryParameter(nasty(), nasty()).build()
        val headers = Headers.Builder()
        for (name in listOf("tracestate", "baggage", "x-datadog-origin", "x-datadog-tags")) {
            // OkHttp itself lets an app set any bytes this way, bar line breaks and zeros on the wire.
            repeat(random.nextInt(3)) { headers.addUnsafeNonAscii(name, nasty()) }
        }
        return Request.Builder().url(url).headers(headers.build()).build()
    }

    @Test
    fun `every value is legal`() {
        var set = 0
        val written = HashSet<String>()
        repeat(CONFIGURATIONS) {
            val core = UniffiCore(HandspanCore.start(configuration().toRecord()))
            repeat(REQUESTS) {
                core.setUser(UserInfo(nasty().bounded().takeIf { random.nextInt(5) > 0 }, null, null, emptyList()))
                core.setAccount(AccountInfo(nasty().bounded(), null, emptyList()))
                val request = request()
                val plan = core.plan(hopRequest(request, core.traceHeaderNames, null, keep = random.nextInt(4) == 0))
                val builder = request.newBuilder()
                plan.headers.forEach { builder.header(it.name, it.value) }
                val sent = builder.build()
                for (header in plan.headers) {
                    assertEquals(listOf(header.value), sent.headers(header.name))
                    assertEquals(header.value.trim(), header.value, "no server keeps outer spaces")
                }
                set += plan.headers.size
                written += plan.headers.map { it.name.lowercase() }
            }
            assertEquals(0UL, core.status().internalErrors)
            core.shutdown()
        }
        assertTrue(set > CONFIGURATIONS * REQUESTS) { "$set headers" }
        val all = setOf("traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "sw8", "x-datadog-tags")
        assertTrue(written.containsAll(all)) { "never written: ${all - written}" }
    }

    private companion object {
        const val SEED = 20_260_101
        const val CONFIGURATIONS = 40
        const val REQUESTS = 50
    }
}
