package dev.handspan

import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.get
import dev.handspan.support.realHandspan
import dev.handspan.support.traceHeaders
import okhttp3.HttpUrl.Companion.toHttpUrlOrNull
import org.json.JSONObject
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.TestInstance
import java.io.File
import java.net.InetSocketAddress
import java.net.Proxy

/** URLs made to be read in two ways: the host that gets the bytes is the host that is matched. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UrlConfusionTest {
    private val okhttp = "okhttp_" + System.getProperty("handspan.okhttp.version").substringBefore('.')
    private val file = File(System.getProperty("handspan.vectors.dir"), "url_confusion.json")
    private val net = Net()
    private val intake = LocalIntake()
    private val instances = HashMap<Set<String>, Handspan>()

    // Takes what is for any host, whatever form its name has.
    private val proxy = net.site()

    @AfterAll
    fun close() {
        instances.values.forEach { it.shutdown() }
        intake.close()
        net.close()
    }

    @TestFactory
    fun urls(): List<DynamicTest> = JSONObject(file.readText()).getJSONArray("urls").map { it as JSONObject }.map { case ->
        DynamicTest.dynamicTest(case.getString("name")) { check(case) }
    }

    private fun check(case: JSONObject) {
        val expected = case.optJSONObject(okhttp)
        val text = case.getString("url")
        val url = text.toHttpUrlOrNull()
        assertEquals(expected?.getString("host"), url?.host)
        val handspan = handspan(case.getJSONArray("first_party_hosts").map { it as String }.toSet())
        val entry = expected?.optString("entry")?.ifEmpty { null }
        assertEquals(entry, handspan.explain(text).hostEntry)
        if (url == null || !expected!!.getBoolean("sent")) return
        assertEquals("http", url.scheme, "a proxy sees it")
        val client = net.client { proxy(Proxy(Proxy.Type.HTTP, InetSocketAddress("127.0.0.1", proxy.server.port))).handspan(handspan) }
        client.newCall(get(url)).execute().close()
        val arrived = proxy.take()
        val literal = if (':' in url.host) "[${url.host}]" else url.host
        assertEquals(literal + if (url.port == 80) "" else ":${url.port}", arrived.getHeader("Host"))
        assertEquals(entry != null, arrived.traceHeaders().isNotEmpty())
        assertTrue(proxy.received.isEmpty())
    }

    private fun handspan(hosts: Set<String>): Handspan =
        instances.getOrPut(hosts) { realHandspan(intake) { firstPartyHosts(hosts.associateWith { HostRule() }) } }
}
