package dev.handspan

import dev.handspan.internal.deviceOfJvm
import dev.handspan.internal.toRecord
import dev.handspan.support.LocalIntake
import dev.handspan.support.handspan
import dev.handspan.support.realHandspan
import okhttp3.Headers
import okhttp3.OkHttpClient
import okhttp3.Request
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.io.IOException
import java.lang.reflect.Modifier

class ConfigurationTest {
    private val full = HandspanConfiguration("secret-token", "app") {
        instance("i").service("s").env("e").version("v").storageDir(File("folder"))
        firstPartyHost("a.test").firstPartyHost("b.test", HostRule(TraceFormat.entries.toSet(), 12.5)).armsPid("p")
        sessionSampleRate(1.0).traceSampleRate(2.0).traceContextInjection(TraceContextInjection.ALL)
        trackingConsent(TrackingConsent.PENDING)
        intake(Intake.datadog("eu1")).intake(Intake.datadogUrl("http://u")).intake(Intake.proxy("http://p"))
        intake(Intake.otlp("http://o", mapOf("n" to "v"), OtlpEncoding.JSON))
        encryptionKey(byteArrayOf(1, 2)).rootCertificates(listOf("pem")).certificatePins(mapOf("h" to listOf("sha256/x")))
        proxy("http://user:secret-word@x").uploadPolicy(UploadPolicy(false, true, true, 8, -9)).telemetry(true)
        remoteConfigurationUrl("http://r").remoteConfigurationKeys(mapOf("k" to "AAAA")).installId("me").enabled(false)
        batchMaxAgeMs(7).inspect(true).device(DeviceInfo(osName = "o"))
        trackBackgroundEvents(false).trackFrustrations(false).trackAnonymousUser(false)
        syntheticsTest(SyntheticsTest("test", "result")).ciTest("ci").captureHeaders(listOf("x-app"))
        redactQueryParameters(listOf("*")).pathPatterns(listOf("/users/{user}"))
        viewEventMapper { it }.actionEventMapper { it }.resourceEventMapper { it }.errorEventMapper { it }
        longTaskEventMapper { it }.vitalEventMapper { it }.logEventMapper { it }
    }

    @Test
    fun `every value reaches the core`() {
        val record = full.toRecord()
        assertEquals(listOf("secret-token", "app", "i", "s", "e", "v", "android", "folder"),
            with(record) { listOf(clientToken, applicationId, instance, service, env, version, source, storageDir) })
        assertEquals(
            listOf("a.test" to (listOf("datadog", "tracecontext") to null), "b.test" to (listOf("datadog", "tracecontext", "b3", "b3multi", "sw8", "baggage") to 12.5)),
            record.firstPartyHosts.map { it.host to (it.formats to it.sampleRate) },
        )
        assertEquals(listOf(1.0, 2.0), listOf(record.sessionSampleRate, record.traceSampleRate))
        assertEquals(listOf("all", "pending", "http://r"),
            with(record) { listOf(traceContextInjection, trackingConsent, remoteConfigurationUrl) })
        assertEquals(
            listOf(Triple("datadog", "eu1", null), Triple("datadog", null, "http://u"), Triple("proxy", null, "http://p"), Triple("otlp", null, "http://o")),
            record.intakes.map { Triple(it.kind, it.site, it.url) },
        )
        assertEquals("json" to listOf("n" to "v"), with(record.intakes.last()) { encoding to headers.map { it.name to it.value } })
        assertEquals(listOf("k" to "AAAA") to listOf("me", false),
            with(record) { remoteConfigurationKeys.map { it.id to it.key } to listOf(installId, enabled) })
        assertEquals(7UL, record.batchMaxAgeMs)
        assertTrue(record.inspect)
        assertEquals(listOf("o", "p"), listOf(record.device.osName, record.armsPid))
        assertEquals(listOf<Byte>(1, 2), record.encryptionKey?.toList())
        assertEquals(listOf("pem") to listOf("h" to listOf("sha256/x")),
            with(record) { rootCertificates to certificatePins.map { it.host to it.pins } })
        assertEquals("http://user:secret-word@x" to true, record.proxy to record.telemetry)
        assertEquals(dev.handspan.ffi.UploadPolicy(false, true, true, 8UL, 0UL), record.upload)
        assertEquals(listOf(false, false, false),
            with(record) { listOf(trackBackgroundEvents, trackFrustrations, trackAnonymousUser) })
        assertEquals(dev.handspan.ffi.SyntheticsTest("test", "result") to "ci", record.syntheticsTest to record.ciTestExecutionId)
        assertEquals(listOf(listOf("x-app"), listOf("*"), listOf("/users/{user}")),
            with(record) { listOf(capturedHeaders, redactedQueryParameters, pathPatterns) })
        assertEquals(listOf("view", "action", "resource", "error", "long_task", "vital", "log"), record.mappedEvents)
        assertFalse("log" in full.toBuilder().logEventMapper(null).build().toRecord().mappedEvents)
    }

    @Test
    fun `a copy is equal, and the builder can be used on without changing what was built`() {
        assertEquals(full, full.toBuilder().build())
        assertEquals(full.hashCode(), full.toBuilder().build().hashCode())
        val builder = full.toBuilder()
        val built = builder.build()
        builder.firstPartyHost("c.test").intakes(emptyList())
        assertEquals(full, built)
        assertFalse(full == builder.build())
    }

    @Test
    fun `nobody changes a key from outside, and another key is another configuration`() {
        val key = byteArrayOf(1, 2)
        val built = full.toBuilder().encryptionKey(key).build()
        key[0] = 9
        built.encryptionKey!![1] = 9
        assertEquals(full, built)
        assertFalse(full == full.toBuilder().encryptionKey(key).build())
        assertFalse(full == full.toBuilder().proxy(null).build())
    }

    @Test
    fun `a way to the intake that can't be taken is refused, value by value`() {
        LocalIntake().use { intake ->
            val handspan = realHandspan(intake) {
                rootCertificates(listOf("pem")).certificatePins(mapOf("h.test" to listOf("sha256/x"))).proxy("socks://p")
                encryptionKey(byteArrayOf(1)).uploadPolicy(UploadPolicy(backgroundIntervalMs = Long.MAX_VALUE))
                intake(Intake.otlp(intake.url, mapOf("content-type" to "text/plain")))
            }
            assertEquals(
                setOf(
                    "root_certificates[0]" to "invalid_certificate", "certificate_pins[\"h.test\"]" to "invalid_pin",
                    "proxy" to "invalid_url", "encryption_key" to "invalid_key",
                    "upload.background_interval_ms" to "out_of_range", "intakes[1].headers[\"content-type\"]" to "invalid_character",
                ),
                handspan.status().refusals.map { it.field to it.code }.toSet(),
            )
            handspan.shutdown()
        }
    }

    @Test
    fun `tokens, keys, and URLs of proxies stay out of logs`() {
        val proxied = full.toBuilder().intake(Intake.proxy("https://proxy.example/secret-path"))
            .intake(Intake.otlp("https://o.example", headers = mapOf("authorization" to "secret-token"))).build()
        assertFalse("secret-" in proxied.toString(), proxied.toString())
        assertFalse("1, 2" in proxied.toString(), proxied.toString())
    }

    @Test
    fun `a negative age is not a huge one`() =
        assertEquals(0UL, full.toBuilder().batchMaxAgeMs(-1).build().toRecord().batchMaxAgeMs)

    @Test
    fun `half a surrogate pair anywhere stops nothing`() {
        val half = "a\uD83D"
        LocalIntake().use { intake ->
            val handspan = realHandspan(intake) {
                rootCertificates(listOf(half)).certificatePins(mapOf(half to listOf(half))).proxy(half)
                intake(Intake.otlp(half, mapOf(half to half)))
                service(half).env(half).version(half).armsPid(half).firstPartyHost(half).device(DeviceInfo(half, half, half, half))
            }
            handspan.setUser(half)
            handspan.setAccount(half)
            val client = OkHttpClient.Builder().handspan(handspan).addInterceptor { throw IOException(half) }.build()
            val request = Request.Builder().url("http://first.test/").headers(Headers.Builder().addUnsafeNonAscii("baggage", half).build())
            assertThrows(IOException::class.java) { client.newCall(request.build()).execute() }
            assertTrue(handspan.explain(request.build()).traced)
            assertEquals(HandspanState.READY, handspan.status().state)
            assertEquals(0, handspan.status().internalErrors)
            assertTrue(handspan.flush(10_000))
            assertEquals("a?", intake.take().handspan.getJSONObject("error").getString("message"))
            assertTrue("a?" in handspan.status().refusals.map { it.value })
            handspan.shutdown()
        }
    }

    @Test
    fun `the JVM tells its system`() {
        assertEquals(System.getProperty("os.name"), deviceOfJvm().osName)
        assertEquals("desktop", deviceOfJvm().kind)
    }

    @Test
    fun `Java calls the extensions as static methods`() {
        val clients = Class.forName("dev.handspan.HandspanClients")
        val requests = Class.forName("dev.handspan.HandspanRequests")
        for (method in listOf(
            clients.getMethod("handspan", OkHttpClient.Builder::class.java, Handspan::class.java),
            clients.getMethod("handspanWebSockets", OkHttpClient::class.java, Handspan::class.java),
            requests.getMethod("keepTrace", Request.Builder::class.java),
            Handspan::class.java.getMethod("start", HandspanConfiguration::class.java),
        )) {
            assertTrue(Modifier.isStatic(method.modifiers)) { method.toString() }
        }
    }
}
