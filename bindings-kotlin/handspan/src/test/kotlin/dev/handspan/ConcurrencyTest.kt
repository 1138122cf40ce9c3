package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.THIRD
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.hops
import dev.handspan.support.realHandspan
import dev.handspan.support.resource
import dev.handspan.support.traceHeaders
import okhttp3.Dispatcher
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit

/** Many threads, one client: each request has its own trace, and its own event. */
class ConcurrencyTest {
    @Test
    fun `no ids are mixed up`() {
        val threads = 16
        val each = 25
        Net().use { net ->
            LocalIntake().use { intake ->
                val handspan = realHandspan(intake)
                val first = net.site()
                val third = net.site()
                val client = net.client { dispatcher(Dispatcher().apply { maxRequestsPerHost = threads }).handspan(handspan) }
                val pool = Executors.newFixedThreadPool(threads)
                pool.invokeAll(
                    List(threads) { thread ->
                        Callable {
                            repeat(each) {
                                client.body(get(first.url(FIRST, "/$thread/$it")))
                                client.body(get(third.url(THIRD, "/$thread/$it")))
                            }
                        }
                    },
                ).forEach { it.get(60, TimeUnit.SECONDS) }
                pool.shutdown()

                val onWire = List(threads * each) { first.take() }.associate { it.path!! to it.traceHeaders() }
                assertEquals(threads * each, onWire.values.map { it.getValue("traceparent") }.toSet().size)
                repeat(threads * each) { assertTrue(third.take().traceHeaders().isEmpty()) }

                assertTrue(handspan.flush(30_000))
                val events = List(2 * threads * each) { intake.take() }
                assertTrue(intake.isEmpty())
                val traced = events.filter { it.hops.single().getString("reason") == "traced" }
                assertEquals(threads * each, traced.size)
                for (event in traced) {
                    val path = "/" + event.resource.getString("url").substringAfter("//").substringAfter("/")
                    val headers = event.hops.single().getJSONObject("headers").toMap()
                    assertEquals(onWire.getValue(path), headers)
                }
                assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
                assertEquals(0, handspan.tracker.callsUnderWay)
                handspan.shutdown()
            }
        }
    }
}
