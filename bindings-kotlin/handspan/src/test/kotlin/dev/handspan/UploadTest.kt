package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.realHandspan
import dev.handspan.support.resource
import dev.handspan.support.traceHeaders
import okhttp3.CertificatePinner
import okhttp3.tls.HandshakeCertificates
import okhttp3.tls.HeldCertificate
import okio.ByteString.Companion.decodeHex
import org.json.JSONObject
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File

/** Where events go, when, and what becomes of them on the way. */
class UploadTest {
    private val net = Net()
    private val site = net.site()
    private val started = ArrayList<Handspan>()

    @AfterEach
    fun close() {
        started.forEach { it.shutdown() }
        net.close()
    }

    private fun real(intake: LocalIntake, configure: HandspanConfiguration.Builder.() -> Unit = {}): Handspan =
        realHandspan(intake, configure).also { started.add(it) }

    private fun call(handspan: Handspan, path: String = "/"): Map<String, String> {
        net.client { handspan(handspan) }.body(get(site.url(FIRST, path)))
        return site.take().traceHeaders()
    }

    private fun rum(handspan: Handspan): TrackStats = handspan.stats().tracks.single { it.track == "rum" }

    @Test
    fun `an OTLP receiver gets the span whose ids were on the wire`() {
        LocalIntake().use { intake ->
            val headers = mapOf("x-tenant" to "shop")
            val handspan = real(intake) { intakes(listOf(Intake.otlp(intake.url + "/", headers, OtlpEncoding.JSON))) }
            val (_, trace, span) = call(handspan, "/cart").getValue("traceparent").split("-")
            assertTrue(handspan.flush(10_000)) { "${handspan.stats()}" }
            val request = intake.takeRequest()
            assertEquals("/v1/traces" to "shop", request.path to request.getHeader("x-tenant"))
            assertNull(request.getHeader("DD-API-KEY"), "Datadog's token is not theirs")
            val sent = intake.take().getJSONArray("resourceSpans").getJSONObject(0)
                .getJSONArray("scopeSpans").getJSONObject(0).getJSONArray("spans").getJSONObject(0)
            assertEquals(listOf(trace, span), listOf("traceId", "spanId").map { sent.getString(it) })
            val url = sent.getJSONArray("attributes").map { it as JSONObject }.single { it.getString("key") == "url.full" }
            assertEquals(site.url(FIRST, "/cart").toString(), url.getJSONObject("value").getString("stringValue"))
        }
    }

    @Test
    fun `protobuf is the default of an OTLP receiver`() {
        LocalIntake().use { intake ->
            val handspan = real(intake) { intakes(listOf(Intake.otlp(intake.url))) }
            val (_, trace, span) = call(handspan).getValue("traceparent").split("-")
            assertTrue(handspan.flush(10_000)) { "${handspan.stats()}" }
            val request = intake.takeRequest()
            assertEquals("application/x-protobuf", request.getHeader("Content-Type"))
            val body = intake.bodyOf(request)
            assertTrue(listOf(trace, span).all { body.indexOf(it.decodeHex()) >= 0 }, "both ids as bytes")
        }
    }

    @Test
    fun `without a network nothing is tried, and what waits goes once there is one`() {
        LocalIntake().use { intake ->
            val handspan = real(intake) { batchMaxAgeMs(3_600_000) }
            handspan.setUploadConditions(UploadConditions(UploadConditions.Network.NONE))
            call(handspan)
            assertFalse(handspan.flush(10_000))
            assertEquals("no_network" to 0L, handspan.stats().hold to rum(handspan).requests)
            assertEquals(OF_A_CALL to OF_A_CALL, rum(handspan).stored to rum(handspan).waitingEvents)
            assertTrue(intake.requests.isEmpty())
            handspan.setUploadConditions(UploadConditions(UploadConditions.Network.UNMETERED))
            intake.take()
            assertNull(handspan.stats().hold)
        }
    }

    @Test
    fun `the policy says what a low battery, power saving and a metered network forbid`() {
        val strict = UploadPolicy(metered = false)
        val lax = UploadPolicy(batteryLow = true, lowPower = true, meteredIntervalMs = 0)
        LocalIntake().use { intake ->
            for ((conditions, hold) in listOf(
                UploadConditions(batteryLow = true) to "battery_low",
                UploadConditions(lowPower = true) to "low_power",
                UploadConditions(UploadConditions.Network.METERED) to "metered",
            )) {
                val forbidden = real(intake) { uploadPolicy(strict) }
                forbidden.setUploadConditions(conditions)
                call(forbidden)
                assertFalse(forbidden.flush(10_000))
                assertEquals(hold, forbidden.stats().hold)
                val allowed = real(intake) { uploadPolicy(lax) }
                allowed.setUploadConditions(conditions)
                call(allowed)
                assertTrue(allowed.flush(10_000)) { "${allowed.stats()}" }
                assertNull(allowed.stats().hold)
                intake.take()
                assertTrue(intake.isEmpty(), "only what was allowed")
            }
        }
    }

    @Test
    fun `going to the background sends what was recorded`() {
        LocalIntake().use { intake ->
            val handspan = real(intake) { batchMaxAgeMs(3_600_000) }
            call(handspan, "/last")
            handspan.enterBackground()
            assertEquals(site.url(FIRST, "/last").toString(), intake.take().resource.getString("url"))
            handspan.enterForeground()
        }
    }

    @Test
    fun `the stats add up`() {
        LocalIntake().use { intake ->
            val handspan = real(intake) { inspect(false).batchMaxAgeMs(3_600_000) }
            repeat(3) { call(handspan) }
            assertTrue(handspan.flush(10_000))
            val stats = handspan.stats()
            val rum = rum(handspan)
            assertEquals(listOf("rum", "logs", "spans"), stats.tracks.map { it.track })
            // Three requests and two updates of their view, of which the second replaces the first.
            assertEquals(listOf(5L, 0L, 5L, 4L, 0L), with(rum) { listOf(recorded, recovered, stored, sent, waitingEvents) })
            assertEquals(1L, rum.superseded)
            assertEquals(emptyMap<String, Long>() to 0L, rum.dropped to rum.retries)
            assertEquals("202", rum.lastAnswer)
            assertEquals(intake.requests.size.toLong(), rum.requests)
            assertEquals(intake.requests.sumOf { it.bodySize }, rum.bytesSent)
            val taker = stats.intakes.single()
            assertEquals(rum.requests, taker.taken)
            assertEquals(0L to "202", taker.failures to taker.lastAnswer)
            assertTrue(taker.name.startsWith("datadog-") && stats.wakeUps > 0) { "$stats" }
        }
    }

    @Test
    fun `events go by the proxy`() {
        LocalIntake().use { proxy ->
            val handspan = real(proxy) {
                intakes(listOf(Intake.datadogUrl("http://intake.invalid"))).proxy("http://me:word@127.0.0.1:${proxy.port}")
            }
            call(handspan)
            assertTrue(handspan.flush(10_000)) { "${handspan.stats()}" }
            val request = proxy.takeRequest()
            assertTrue(request.requestLine.startsWith("POST http://intake.invalid/api/v2/rum"), request.requestLine)
            assertEquals(okhttp3.Credentials.basic("me", "word"), request.getHeader("Proxy-Authorization"))
        }
    }

    @Test
    fun `with a key nothing legible lies in the folder, and the next start sends it`(@TempDir folder: File) {
        val key = ByteArray(32) { it.toByte() }
        LocalIntake().use { intake ->
            for (encrypted in listOf(true, false)) {
                val configure: HandspanConfiguration.Builder.() -> Unit = {
                    storageDir(File(folder, "$encrypted")).encryptionKey(key.takeIf { encrypted })
                }
                val first = realHandspan(intake, configure)
                first.setUploadConditions(UploadConditions(UploadConditions.Network.NONE))
                call(first, "/a-secret-page")
                assertFalse(first.flush(10_000))
                assertEquals("folder", first.status().storage)
                first.shutdown()
                val files = File(folder, "$encrypted").walk().filter { it.isFile }.toList()
                assertEquals(!encrypted, files.any { "a-secret-page" in it.readText(Charsets.ISO_8859_1) }) { "$files" }

                val second = real(intake, configure)
                assertEquals(site.url(FIRST, "/a-secret-page").toString(), intake.take().resource.getString("url"))
                assertEquals(OF_A_CALL to emptyMap<String, Long>(), rum(second).recovered to rum(second).dropped)
            }
        }
    }

    @Test
    fun `a certificate that is not believed, and one that is not pinned, get nothing`() {
        val authority = HeldCertificate.Builder().certificateAuthority(0).build()
        val server = HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").signedBy(authority).build()
        val socket = HandshakeCertificates.Builder().heldCertificate(server).build().sslSocketFactory()
        val root = listOf(authority.certificatePem())
        fun pinned(held: HeldCertificate) = mapOf("127.0.0.1" to listOf(CertificatePinner.pin(held.certificate)))
        LocalIntake(socket).use { intake ->
            for (configure in listOf<HandspanConfiguration.Builder.() -> Unit>(
                {},
                { rootCertificates(root).certificatePins(pinned(HeldCertificate.Builder().build())) },
            )) {
                val handspan = real(intake) {
                    configure()
                    // One try, the flush's.
                    batchMaxAgeMs(3_600_000)
                }
                call(handspan)
                assertFalse(handspan.flush(10_000))
                val rum = rum(handspan)
                assertTrue("certificate" in rum.lastAnswer!!.lowercase()) { "${rum.lastAnswer}" }
                assertEquals(listOf(1L, OF_A_CALL, 0L), listOf(rum.retries, rum.waitingEvents, rum.sent))
                assertEquals(1, handspan.stats().intakes.single().failures)
            }
            assertTrue(intake.requests.isEmpty())
            val trusting = real(intake) { rootCertificates(root).certificatePins(pinned(server)) }
            call(trusting)
            assertTrue(trusting.flush(10_000)) { "${trusting.stats()}" }
            intake.take()
        }
    }

    private companion object {
        /** Events of an app's first call: the request, and its view when it begins and with the request in it. */
        private const val OF_A_CALL = 3L
    }
}
