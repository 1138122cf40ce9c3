package dev.handspan.hops

import org.json.JSONArray
import org.json.JSONObject
import java.io.File

/** The table of `tests/hops/scenarios.json`; its README says what each field means. */
internal class Table(val roles: Map<String, Role>, val scenarios: List<Scenario>) {
    companion object {
        fun read(file: File): Table {
            val json = Fields(JSONObject(file.readText()), "table")
            json.text("about")
            val hosts = json.child("hosts")
            val roles = hosts.names.associateWith { name ->
                hosts.child(name).read { Role(need("host"), flag("first_party"), text("configured")) }
            }
            val scenarios = json.list("scenarios") { Scenario.read(it) }
            json.close()
            return Table(roles, scenarios)
        }
    }
}

internal class Role(val host: String, val firstParty: Boolean, val configured: String?)

internal class Scenario(
    val id: String,
    val calls: List<CallStep>,
    val hops: List<HopStep>,
    val proxy: ProxyStep?,
    val client: ClientSetup,
    val config: ConfigSetup,
    val notOn: Map<String, String>,
) {
    companion object {
        fun read(json: Fields): Scenario = json.read {
            Scenario(
                id = need("id"),
                calls = list("calls") { CallStep.read(it) },
                hops = list("hops") { HopStep.read(it) }.flatten(),
                proxy = optional("proxy") { ProxyStep.read(it) },
                client = ClientSetup.read(child("client")),
                config = ConfigSetup.read(child("config")),
                notOn = texts("not_on"),
            )
        }
    }
}

/** A call that the app makes. */
internal class CallStep(
    val to: Address?,
    val from: String?,
    val method: String,
    val body: String?,
    val oneShot: Boolean,
    val headers: Map<String, List<String>>,
    val keep: Boolean,
    val websocket: Boolean,
    val cancel: String?,
    /** Status the app sees; `null` when it fails. */
    val ends: Int?,
    val resendCount: Int?,
    val traced: String?,
    val reported: Boolean,
) {
    companion object {
        fun read(json: Fields): CallStep = json.read {
            CallStep(
                to = text("to")?.let(Address::read),
                from = text("from"),
                method = text("method") ?: "GET",
                body = text("body"),
                oneShot = flag("one_shot"),
                headers = headers("headers"),
                keep = flag("keep"),
                websocket = flag("websocket"),
                cancel = text("cancel"),
                ends = if (value("ends") == "fails") null else number("ends") ?: 200,
                resendCount = number("resend_count"),
                traced = text("traced"),
                reported = flag("reported", otherwise = true),
            )
        }
    }
}

/** A request that arrives at a server, and what the server does. */
internal class HopStep(
    val at: Address,
    val method: String,
    /** Index of the call; `null` for one that an interceptor makes by itself. */
    val call: Int?,
    val carries: Carries,
    val app: Map<String, List<String>>,
    val missed: Map<String, String>,
    val sentAgain: Map<String, String>,
    val because: String?,
    val answer: Answer,
) {
    companion object {
        fun read(json: Fields): List<HopStep> = json.read {
            val hop = HopStep(
                at = Address.read(need("at")),
                method = text("method") ?: "GET",
                call = if (value("call") == "side") null else number("call") ?: 0,
                carries = Carries.read(need("carries")),
                app = headers("app"),
                missed = texts("missed"),
                sentAgain = texts("sent_again"),
                because = text("because"),
                answer = Answer.read(value("answer") ?: "200"),
            )
            List(number("times") ?: 1) { hop }
        }
    }
}

/** What of ours is on a request. */
internal enum class Carries(private val text: String) {
    OURS("ours"),
    NOT_KEPT("ours, not kept"),
    FORCED("ours, forced"),
    NONE("none");

    companion object {
        fun read(text: String): Carries = entries.single { it.text == text }
    }
}

internal class Answer(
    val status: Int,
    val location: Location?,
    val headers: Map<String, List<String>>,
    val then: String?,
) {
    /** An address, or a path beside the request's. */
    class Location(val address: Address?, val path: String?)

    companion object {
        fun read(value: Any): Answer {
            if (value is String) {
                return Answer(value.substringBefore(' ').toInt(), location(value.substringAfter(' ', "")), emptyMap(), null)
            }
            return Fields(value as JSONObject, "answer").read {
                Answer(number("status") ?: 0, location(text("location").orEmpty()), headers("headers"), text("then"))
            }
        }

        private fun location(text: String): Location? = when {
            text.isEmpty() -> null
            text.startsWith("/") -> Location(null, text)
            else -> Location(Address.read(text), null)
        }
    }
}

/** `[scheme:][user@]role/path`. */
internal data class Address(val scheme: String?, val user: String?, val role: String, val path: String) {
    companion object {
        private val FORM = Regex("(?:(https?):)?(?:([a-z]+)@)?([a-z]+)(/.*)?")

        fun read(text: String): Address {
            val match = requireNotNull(FORM.matchEntire(text)) { "no address: $text" }
            fun part(n: Int) = match.groups[n]?.value
            return Address(part(1), part(2), part(3)!!, part(4) ?: "/")
        }
    }
}

internal class ProxyStep(val password: String?, val hears: List<Heard>) {
    /** `line` is `CONNECT role` or `GET address`. */
    class Heard(val line: String, val carries: Carries, val answer: Int?)

    companion object {
        fun read(json: Fields): ProxyStep = json.read {
            ProxyStep(
                password = text("password"),
                hears = list("hears") { heard -> heard.read { Heard(need("line"), Carries.read(need("carries")), number("answer")) } },
            )
        }
    }
}

internal class ClientSetup(
    val tls: Boolean,
    val http2: Boolean,
    val oneServer: Boolean,
    val followRedirects: Boolean,
    val retry: Boolean,
    val cache: Boolean,
    val addresses: Map<String, List<String>>,
    val authenticator: Login?,
    val application: List<String>,
    val network: List<String>,
    val installed: String,
) {
    class Login(val headers: Map<String, List<String>>, val from: String)

    companion object {
        fun read(json: Fields): ClientSetup = json.read {
            ClientSetup(
                tls = flag("tls"),
                http2 = flag("http2"),
                oneServer = flag("one_server"),
                followRedirects = flag("follow_redirects", otherwise = true),
                retry = flag("retry", otherwise = true),
                cache = flag("cache"),
                addresses = headers("addresses"),
                authenticator = optional("authenticator") { login -> login.read { Login(headers("headers"), need("from")) } },
                application = strings("application") ?: listOf("ours"),
                network = strings("network") ?: listOf("ours"),
                installed = text("installed") ?: "once",
            )
        }
    }
}

internal class ConfigSetup(val sessionSampleRate: Double, val injection: String, val formats: List<String>) {
    companion object {
        fun read(json: Fields): ConfigSetup = json.read {
            ConfigSetup(
                sessionSampleRate = (value("session_sample_rate") as Number?)?.toDouble() ?: 100.0,
                injection = text("trace_context_injection") ?: "sampled",
                formats = strings("formats") ?: listOf("datadog", "tracecontext"),
            )
        }
    }
}

/** The members of a JSON object. One that nobody has asked for is a slip in the table. */
internal class Fields(private val json: JSONObject, private val where: String) {
    private val asked = HashSet<String>()
    val names: Set<String> get() = json.keySet()

    fun value(name: String): Any? = json.opt(name).also { asked.add(name) }
    fun text(name: String): String? = value(name) as String?
    fun need(name: String): String = requireNotNull(text(name)) { "no $name in $where" }
    fun number(name: String): Int? = value(name) as Int?
    fun flag(name: String, otherwise: Boolean = false): Boolean = value(name) as Boolean? ?: otherwise
    fun strings(name: String): List<String>? = (value(name) as JSONArray?)?.map { it as String }
    fun child(name: String): Fields = Fields(value(name) as JSONObject? ?: JSONObject(), name)
    fun <T> optional(name: String, read: (Fields) -> T): T? = (value(name) as JSONObject?)?.let { read(Fields(it, name)) }

    fun <T> list(name: String, read: (Fields) -> T): List<T> =
        (value(name) as JSONArray? ?: JSONArray()).map { read(Fields(it as JSONObject, name)) }

    fun texts(name: String): Map<String, String> = child(name).run { names.associateWith { need(it) } }

    fun headers(name: String): Map<String, List<String>> = child(name).run {
        names.associateWith { header -> if (value(header) is JSONArray) strings(header)!! else listOf(need(header)) }
    }

    inline fun <T> read(use: Fields.() -> T): T = use().also { close() }

    fun close() = check(names == asked.intersect(names)) { "unknown in $where: ${names - asked} in $json" }
}
