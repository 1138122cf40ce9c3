package dev.handspan.sample

import org.json.JSONObject
import java.io.File

/** What the environment tells the sample, as JSON in `HANDSPAN_DEMO`. */
class DemoSettings(json: JSONObject) {
    /** Base URL of the inspector: intake and remote configuration. */
    val inspector: String = json.getString("inspector")

    /** Folder for batches. */
    val storageDir = File(json.getString("storage_dir"))

    /** Does the inspector have a remote document? */
    val remote: Boolean = json.optBoolean("remote", false)

    /** Age at which a batch is sent, milliseconds. */
    val batchMaxAgeMs: Long = json.optLong("batch_max_age_ms", 1_000)

    private val urls: JSONObject = json.optJSONObject("urls") ?: JSONObject()

    /** Base URL of a server of the demo; `null` when it does not run. */
    fun url(server: String): String? = urls.optString(server, "").trimEnd('/').ifEmpty { null }

    companion object {
        fun fromEnvironment(): DemoSettings {
            val text = System.getenv("HANDSPAN_DEMO")
                ?: throw IllegalArgumentException("HANDSPAN_DEMO is not set: it takes the JSON that `cargo xtask demo` writes")
            return DemoSettings(JSONObject(text))
        }
    }
}
