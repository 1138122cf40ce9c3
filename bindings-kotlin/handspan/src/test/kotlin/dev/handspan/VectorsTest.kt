package dev.handspan

import dev.handspan.ffi.AccountInfo
import dev.handspan.ffi.CoreConfiguration
import dev.handspan.ffi.Device
import dev.handspan.ffi.HandspanCore
import dev.handspan.ffi.HopPlan
import dev.handspan.ffi.RequestIds
import dev.handspan.ffi.UserInfo
import dev.handspan.internal.UniffiCore
import dev.handspan.internal.hopRequest
import dev.handspan.internal.isKept
import okhttp3.Headers
import okhttp3.HttpUrl
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import org.json.JSONArray
import org.json.JSONObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicContainer
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import java.io.File
import java.util.UUID
import dev.handspan.ffi.FirstPartyHost as HostRecord

/**
 * The shared vectors, through OkHttp's own requests and the real core: the same bytes as from Rust and from Swift.
 *
 * Read from the folder that `HANDSPAN_CASES` names, else from the project's own.
 */
class VectorsTest {
    private val folder = File(System.getenv("HANDSPAN_CASES") ?: System.getProperty("handspan.vectors.dir"))

    @TestFactory
    fun vectors(): List<DynamicContainer> {
        val files = folder.listFiles { file -> file.name.endsWith(".json") }.orEmpty().sorted()
        val containers = files.mapNotNull { file ->
            val cases = JSONObject(file.readText()).optJSONArray("cases") ?: return@mapNotNull null
            // Other kinds look at one function of the core, and run in Rust.
            val here = cases.map { it as JSONObject }.filter { it.has("plan") || it.has("configured_host") }
            DynamicContainer.dynamicContainer(file.name, here.map(::test))
        }
        assertFalse(containers.isEmpty(), "no cases in $folder")
        return containers
    }

    private fun test(case: JSONObject): DynamicTest = DynamicTest.dynamicTest(case.getString("name")) {
        if (case.has("configured_host")) checkHost(case) else checkPlan(case)
    }

    private fun checkPlan(case: JSONObject) {
        val given = case.getJSONObject("request")
        val method = given.optString("method", "GET")
        val body = if (method in NEEDS_BODY) ByteArray(0).toRequestBody() else null
        val headers = Headers.Builder()
        given.optJSONObject("headers")?.let { all -> all.keySet().forEach { headers.addUnsafeNonAscii(it, all.getString(it)) } }
        val request = Request.Builder().url(given.getString("url")).method(method, body).headers(headers.build())
        val ids = given.optJSONObject("ids")?.let {
            RequestIds(it.text("trace_id"), it.text("span_id"), it.text("session_id"), sampled = if (it.has("sampled")) it.getBoolean("sampled") else null)
        }
        if (given.optBoolean("keep")) request.keepTrace()
        val plan = withCore(case.getJSONObject("config")) { core ->
            if (given.has("user_id")) core.setUser(UserInfo(given.getString("user_id"), null, null, emptyList()))
            if (given.has("account_id")) core.setAccount(AccountInfo(given.getString("account_id"), null, emptyList()))
            val asked = request.build()
            core.plan(hopRequest(asked, core.traceHeaderNames, ids, asked.isKept))
        }
        val expected = case.getJSONObject("plan")
        val found = plan.asVector()
        assertTrue(found.keys.containsAll(expected.keySet())) { "unknown keys in $expected" }
        val comparable = expected.toMap()
        assertEquals(comparable, found.filterKeys { it in comparable })
    }

    private fun checkHost(case: JSONObject) {
        val config = JSONObject().put("first_party_hosts", JSONObject().put(case.getString("configured_host"), JSONArray(listOf("tracecontext"))))
        val accepted = case.text("accepted")
        withCore(config) { core ->
            val refused = core.status().refusals.filter { it.code != "url_as_host" }
            assertEquals(accepted == null, refused.isNotEmpty()) { "$refused" }
            if (accepted == null) return@withCore
            val url = HttpUrl.Builder().scheme("https").host(accepted).build()
            val request = Request.Builder().url(url).build()
            assertEquals(accepted, core.plan(hopRequest(request, core.traceHeaderNames, null, keep = false)).hostEntry)
        }
    }

    private fun <T> withCore(config: JSONObject, use: (UniffiCore) -> T): T {
        val core = UniffiCore(HandspanCore.start(configuration(config)))
        return try {
            use(core)
        } finally {
            core.shutdown()
        }
    }

    /** The SDK's own JSON document, as far as vectors use it. */
    private fun configuration(json: JSONObject): CoreConfiguration {
        val hosts = json.optJSONObject("first_party_hosts") ?: JSONObject()
        return CoreConfiguration(
            clientToken = "",
            applicationId = "",
            instance = UUID.randomUUID().toString(),
            service = null,
            env = null,
            version = json.text("version"),
            source = json.text("source") ?: "android",
            storageDir = null,
            firstPartyHosts = hosts.keySet().map { host -> hostRecord(host, hosts.get(host)) },
            armsPid = json.text("arms_pid"),
            sessionSampleRate = json.optDouble("session_sample_rate", 100.0),
            traceSampleRate = json.optDouble("trace_sample_rate", 100.0),
            traceContextInjection = json.optString("trace_context_injection", "sampled"),
            trackingConsent = json.optString("tracking_consent", "granted"),
            intakes = emptyList(),
            remoteConfigurationUrl = null,
            batchMaxAgeMs = 5_000u,
            inspect = false,
            device = Device("", "", "", "", "", "", ""),
        )
    }

    private fun hostRecord(host: String, rule: Any): HostRecord {
        val whole = rule as? JSONObject
        val listed = rule as? JSONArray ?: whole?.optJSONArray("formats")
        val formats = listed?.map { it as String } ?: HostRule().formats.map { it.wireName }
        return HostRecord(host, formats, if (whole != null && whole.has("sample_rate")) whole.getDouble("sample_rate") else null)
    }

    private fun HopPlan.asVector(): Map<String, Any?> = mapOf(
        "traced" to traced,
        "reason" to reason,
        "host_entry" to hostEntry,
        "headers" to headers.associate { it.name to it.value },
        "header_names" to headers.map { it.name }.sorted(),
        "trace_id" to traceId,
        "span_id" to spanId,
        "sampled" to sampled,
    )

    private fun JSONObject.text(key: String): String? = if (isNull(key)) null else getString(key)

    private companion object {
        /** OkHttp makes no request of these without a body. */
        val NEEDS_BODY = setOf("POST", "PUT", "PATCH", "PROPPATCH", "REPORT")
    }
}
