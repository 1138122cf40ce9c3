package dev.handspan

import dev.handspan.internal.deviceOfJvm
import dev.handspan.internal.toRecord
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.lang.reflect.Modifier

class ConfigurationTest {
    private val full = HandspanConfiguration("secret-token", "app") {
        instance("i").service("s").env("e").version("v").storageDir(File("folder"))
        firstPartyHost("a.test").firstPartyHost("b.test", HostRule(setOf(TraceFormat.TRACECONTEXT), 12.5))
        sessionSampleRate(1.0).traceSampleRate(2.0).traceContextInjection(TraceContextInjection.ALL)
        trackingConsent(TrackingConsent.PENDING)
        intake(Intake.datadog("eu1")).intake(Intake.datadogUrl("http://u")).intake(Intake.proxy("http://p"))
        remoteConfigurationUrl("http://r").batchMaxAgeMs(7).inspect(true).device(DeviceInfo(osName = "o"))
    }

    @Test
    fun `every value reaches the core`() {
        val record = full.toRecord()
        assertEquals(listOf("secret-token", "app", "i", "s", "e", "v", "android", "folder"),
            with(record) { listOf(clientToken, applicationId, instance, service, env, version, source, storageDir) })
        assertEquals(
            listOf("a.test" to (listOf("datadog", "tracecontext") to null), "b.test" to (listOf("tracecontext") to 12.5)),
            record.firstPartyHosts.map { it.host to (it.formats to it.sampleRate) },
        )
        assertEquals(listOf(1.0, 2.0), listOf(record.sessionSampleRate, record.traceSampleRate))
        assertEquals(listOf("all", "pending", "http://r"),
            with(record) { listOf(traceContextInjection, trackingConsent, remoteConfigurationUrl) })
        assertEquals(
            listOf(Triple("datadog", "eu1", null), Triple("datadog", null, "http://u"), Triple("proxy", null, "http://p")),
            record.intakes.map { Triple(it.kind, it.site, it.url) },
        )
        assertEquals(7UL, record.batchMaxAgeMs)
        assertTrue(record.inspect)
        assertEquals("o", record.device.osName)
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
    fun `the token and the proxy's URL stay out of logs`() {
        val proxied = full.toBuilder().intake(Intake.proxy("https://proxy.example/secret-path")).build()
        assertFalse("secret-" in proxied.toString(), proxied.toString())
    }

    @Test
    fun `a negative age is not a huge one`() =
        assertEquals(0UL, full.toBuilder().batchMaxAgeMs(-1).build().toRecord().batchMaxAgeMs)

    @Test
    fun `the JVM tells its system`() {
        assertEquals(System.getProperty("os.name"), deviceOfJvm().osName)
        assertEquals("desktop", deviceOfJvm().kind)
    }

    @Test
    fun `no generated type is in the public API`() {
        val types = listOf(
            Handspan::class, HandspanConfiguration::class, HandspanConfiguration.Builder::class, HandspanStatus::class,
            HandspanInterceptor::class, HandspanNetworkInterceptor::class, HandspanEventListener::class,
            HandspanEventListener.Factory::class, Intake::class, HostRule::class, RefusedValue::class, DeviceInfo::class,
        ).map { it.java } + Class.forName("dev.handspan.HandspanClients")
        for (type in types) {
            // A `$` marks what is internal in Kotlin.
            val public = type.declaredMethods.filter { Modifier.isPublic(it.modifiers) && '$' !in it.name }
            assertTrue(public.isNotEmpty())
            for (method in public) {
                val named = method.parameterTypes.map { it.name } + method.returnType.name
                assertTrue(named.none { it.startsWith("dev.handspan.ffi.") }) { method.toString() }
            }
        }
    }
}
