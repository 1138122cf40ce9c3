package dev.handspan

import com.sun.jna.NativeLibrary
import dev.handspan.support.LocalIntake
import dev.handspan.support.realHandspan
import org.json.JSONArray
import org.json.JSONObject
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable
import java.io.File

/**
 * A user's day, told in Kotlin. Its events go into the file that `HANDSPAN_USER_DAY_EVENTS` names, where they are compared with those
 * of the other languages; `HANDSPAN_USER_DAY` names the script.
 */
@EnabledIfEnvironmentVariable(named = "HANDSPAN_USER_DAY", matches = ".+")
class UserDayTest {
    @Test
    fun `a user's day becomes events`() {
        val steps = JSONObject(File(System.getenv("HANDSPAN_USER_DAY")).readText()).getJSONArray("steps")
        LocalIntake().use { intake ->
            holdClock(true)
            val handspan = realHandspan(intake) { inspect(false).batchMaxAgeMs(3_600_000) }
            try {
                // All is sent at the end: when a batch leaves is none of the day's.
                handspan.setUploadConditions(UploadConditions(UploadConditions.Network.NONE))
                var now = 0L
                for (step in steps.map { Step(it as JSONObject) }) {
                    skip(step.at - now)
                    now = step.at
                    handspan.tell(step)
                }
                skip(60_000)
                handspan.setUploadConditions(UploadConditions(UploadConditions.Network.UNMETERED))
                assertTrue(handspan.flush(30_000)) { handspan.stats().toString() }
            } finally {
                holdClock(false)
                handspan.shutdown()
            }
            val bodies = intake.requests.map { intake.bodyOf(it).utf8() }
            assertTrue(bodies.isNotEmpty())
            File(System.getenv("HANDSPAN_USER_DAY_EVENTS")).writeText(bodies.joinToString("\n"))
        }
    }

    /** A step of the script. */
    private class Step(private val json: JSONObject) {
        val at: Long = json.getLong("at")
        val call: String = json.getString("call")
        val attributes: Map<String, Any?> = values(json.optJSONObject("attributes") ?: JSONObject())

        fun text(name: String): String = json.getString(name)

        fun textOrNull(name: String): String? = if (json.has(name)) json.getString(name) else null

        fun whole(name: String): Long? = if (json.has(name)) json.getLong(name) else null

        fun number(name: String): Double? = if (json.has(name)) json.getDouble(name) else null

        fun isSet(name: String): Boolean = json.optBoolean(name, false)

        fun value(name: String): Any? = plain(json.get(name))

        fun texts(name: String): List<String> = json.optJSONArray(name)?.map { it as String } ?: emptyList()

        fun ns(name: String): Long = json.getLong(name) * 1_000_000

        private fun values(json: JSONObject): Map<String, Any?> = json.keySet().associateWith { plain(json.get(it)) }

        private fun plain(value: Any?): Any? = when (value) {
            JSONObject.NULL -> null
            is JSONObject -> values(value)
            is JSONArray -> value.map { plain(it) }
            else -> value
        }
    }

    private fun Handspan.tell(step: Step) {
        when (step.call) {
            "set_user" -> setUser(step.text("id"), step.textOrNull("name"), step.textOrNull("email"), step.attributes)
            "clear_user" -> clearUser()
            "set_account" -> setAccount(step.text("id"), step.textOrNull("name"), step.attributes)
            "enter_background" -> enterBackground()
            "enter_foreground" -> enterForeground()
            "log" -> logger(step.text("logger")).log(named(step.text("level")), step.text("message"), null, step.attributes)
            else -> rum.tell(step)
        }
    }

    private fun HandspanMonitor.tell(step: Step): Unit = when (step.call) {
        "start_view" -> startView(step.text("key"), step.text("name"), step.attributes, step.textOrNull("url"))
        "stop_view" -> stopView(step.text("key"), step.attributes)
        "add_view_timing" -> addViewTiming(step.text("name"))
        "add_view_loading_time" -> addViewLoadingTime(step.isSet("overwrite"))
        "set_view_attributes" -> setViewAttributes(step.attributes)
        "remove_view_attributes" -> removeViewAttributes(step.texts("names"))
        "add_action" -> addAction(named(step.text("kind")), step.text("name"), step.attributes)
        "start_action" -> startAction(named(step.text("kind")), step.text("name"), step.attributes)
        "stop_action" -> stopAction(step.textOrNull("kind")?.let { named(it) }, step.textOrNull("name"), step.attributes)
        "add_error" -> addError(error(step))
        "start_resource" -> startResource(step.text("key"), step.text("method"), step.text("url"), step.attributes)
        "stop_resource" ->
            stopResource(step.text("key"), statusCode(step), step.whole("size"), named(step.text("kind")), step.attributes)
        "stop_resource_with_error" ->
            stopResourceWithError(step.text("key"), statusCode(step), step.text("message"), null, step.attributes)
        "add_long_task" -> addLongTask(step.ns("duration_ms"), step.attributes)
        "add_performance_sample" ->
            addPerformanceSample(step.number("memory_bytes"), step.number("cpu_ticks"), step.number("refresh_rate"))
        "add_duration_vital" ->
            addDurationVital(step.text("name"), step.ns("duration_ms"), step.textOrNull("description"), step.attributes)
        "add_operation_step" -> operation(step)
        "add_app_launch" ->
            addAppLaunch(named(step.text("metric")), step.ns("duration_ms"), named(step.text("startup")))
        "add_feature_flag" -> addFeatureFlag(step.text("name"), step.value("value"))
        "set_attributes" -> step.attributes.forEach { (name, value) -> setAttribute(name, value) }
        "remove_attributes" -> step.texts("names").forEach { removeAttribute(it) }
        "set_connectivity" -> setConnectivity(
            Connectivity(
                named(step.text("status")),
                step.texts("interfaces").map { named<ConnectivityInterface>(it) }.toSet(),
                step.textOrNull("cellular_technology"),
                step.textOrNull("carrier_name"),
            ),
        )
        "stop_session" -> stopSession()
        else -> throw AssertionError("no step is called ${step.call}")
    }

    private fun HandspanMonitor.operation(step: Step) {
        val (name, key) = step.text("name") to step.textOrNull("key")
        when (val kind = step.text("step")) {
            "start" -> startOperation(name, key, step.attributes)
            "update" -> updateOperation(name, key, step.attributes)
            "retry" -> retryOperation(name, key, step.attributes)
            "succeed" -> succeedOperation(name, key, step.attributes)
            else -> failOperation(name, key, named(kind.removePrefix("fail_")), step.attributes)
        }
    }

    private fun error(step: Step) = RumErrorDetails(step.text("message")).apply {
        source = named(step.text("source"))
        type = step.textOrNull("error_type")
        stack = step.textOrNull("stack")
        isCrash = step.isSet("is_crash")
        handling = step.textOrNull("handling")?.let { named(it) }
        category = step.textOrNull("category")?.let { named(it) }
        fingerprint = step.textOrNull("fingerprint")
        attributes = step.attributes
    }

    private fun statusCode(step: Step): Int? = step.whole("status_code")?.toInt()

    private inline fun <reified T : Enum<T>> named(name: String): T = enumValueOf<T>(name.uppercase())

    private companion object {
        private val library = NativeLibrary.getInstance("handspan")

        /** Lets the core's clock stand still, but for what is skipped: a development build has these symbols. */
        private fun holdClock(held: Boolean) = library.getFunction("handspan_test_hold_clock").invoke(arrayOf(if (held) 1 else 0))

        private fun skip(ms: Long) = library.getFunction("handspan_test_skip_ms").invoke(arrayOf(ms))
    }
}
