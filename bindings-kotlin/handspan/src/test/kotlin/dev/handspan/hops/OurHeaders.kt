package dev.handspan.hops

import java.util.Base64

/** Trace headers by lower-case name. */
internal typealias TraceHeaders = Map<String, List<String>>

/** The ids that a request carries. */
internal data class Ids(val trace: String, val span: String?)

/** Checks that our headers of these [formats] are all there, say the same, and merge what the app has beside them. */
internal class OurHeaders(
    private val found: TraceHeaders,
    private val carries: Carries,
    private val formats: List<String>,
    private val app: Map<String, List<String>>,
) {
    val problems = ArrayList<String>()
    private val kept = carries != Carries.NOT_KEPT
    private val flag = if (kept) "1" else "0"
    private val priority = if (carries == Carries.FORCED) "2" else flag
    private val mechanism = if (carries == Carries.FORCED) "-4" else "-1"

    /** The ids they say. */
    fun read(): Ids? {
        val expected = formats.flatMap { NAMES.getValue(it) }.toSet() - if (kept) emptySet() else setOf("sw8")
        val strange = found.keys - expected - app.keys
        if (strange.isNotEmpty()) problems += "not of these formats: $strange"
        val missing = expected - found.keys
        if (missing.isNotEmpty()) problems += "missing: $missing"
        val ids = formats.filter { it != "baggage" && (kept || it != "sw8") && NAMES.getValue(it).none(::isTheApps) }
            .mapNotNull { format -> idsOf(format)?.let { format to it } }
        if (ids.map { it.second }.toSet().size > 1) problems += "formats disagree: $ids"
        val known = ids.firstOrNull()?.second ?: return null
        checkRest(known)
        return known
    }

    /** Does the app's stand in place of ours? */
    private fun isTheApps(name: String) = name in app && name !in MERGED && name in found

    private fun idsOf(format: String): Ids? = when (format) {
        "tracecontext" -> match("traceparent", "00-([0-9a-f]{32})-([0-9a-f]{16})-0$flag") { (trace, span) -> Ids(trace, span) }
        "datadog" -> datadog()
        "b3" -> match("b3", "([0-9a-f]{32})-([0-9a-f]{16})-$flag") { (trace, span) -> Ids(trace, span) }
        "b3multi" -> match("x-b3-traceid", "[0-9a-f]{32}") {
            expect("x-b3-sampled", flag)
            Ids(one("x-b3-traceid")!!, match("x-b3-spanid", "[0-9a-f]{16}") { one("x-b3-spanid") })
        }
        "sw8" -> sw8()
        else -> throw IllegalArgumentException(format)
    }

    private fun datadog(): Ids? = match("x-datadog-trace-id", "[0-9]+") {
        val tags = "_dd\\.p\\.tid=([0-9a-f]{16})" + if (kept) ",_dd\\.p\\.dm=$mechanism" else ""
        val high = match("x-datadog-tags", tags) { (high) -> high }
        val span = match("x-datadog-parent-id", "[0-9]+") { one("x-datadog-parent-id")!!.toULong().hex() }
        Ids(high + one("x-datadog-trace-id")!!.toULong().hex(), span)
    }

    private fun sw8(): Ids? {
        val fields = one("sw8")?.split("-") ?: return null
        if (fields.size != 8 || fields.any { it.isEmpty() } || fields[0] != "1" || fields[3] != "0") {
            problems += "no sw8 of ours: $fields"
            return null
        }
        val (trace, segment) = fields.slice(1..2).map { String(Base64.getDecoder().decode(it)) }
        return Ids(trace, (segment.take(16).toULong(16) xor segment.drop(16).toULong(16)).hex())
    }

    private fun checkRest(ids: Ids) {
        if ("datadog" in formats) {
            expect("x-datadog-origin", "rum")
            expect("x-datadog-sampling-priority", priority)
            expect("x-datadog-sampled", flag)
        }
        if ("tracecontext" in formats) {
            val ours = "dd=s:$priority;o:rum;p:${ids.span}" + if (kept) ";t.dm:$mechanism" else ""
            expect("tracestate", (listOf(ours) + app["tracestate"].orEmpty()).joinToString(","))
        }
        if ("baggage" in formats) {
            val members = one("baggage").orEmpty().split(",")
            if (members.count { it.startsWith("session.id=") } != 1) problems += "no session in baggage: $members"
            val lost = app["baggage"].orEmpty().flatMap { it.split(",") } - members.toSet()
            if (lost.isNotEmpty()) problems += "lost of the app's baggage: $lost"
        }
        for ((name, values) in app) {
            val merged = name == "tracestate" && "tracecontext" in formats || name == "baggage" && "baggage" in formats
            if (!merged && found[name] != values) problems += "the app's $name is ${found[name]}"
        }
    }

    private fun one(name: String): String? = found[name]?.singleOrNull()

    private fun expect(name: String, value: String) {
        if (one(name) != value) problems += "$name is ${found[name]}, not $value"
    }

    private fun <T> match(name: String, form: String, use: (MatchResult.Destructured) -> T): T? {
        val value = one(name) ?: return null
        val match = Regex(form).matchEntire(value)
        if (match == null) problems += "$name is $value"
        return match?.let { use(it.destructured) }
    }

    companion object {
        private val MERGED = setOf("tracestate", "baggage")
        private val NAMES = mapOf(
            "datadog" to listOf(
                "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-origin", "x-datadog-sampling-priority",
                "x-datadog-sampled", "x-datadog-tags",
            ),
            "tracecontext" to listOf("traceparent", "tracestate"),
            "b3" to listOf("b3"),
            "b3multi" to listOf("x-b3-traceid", "x-b3-spanid", "x-b3-sampled"),
            "sw8" to listOf("sw8"),
            "baggage" to listOf("baggage"),
        )

        /** Headers that make a request the app's own. */
        val IDENTITY = setOf(
            "traceparent", "x-datadog-trace-id", "x-datadog-parent-id", "b3", "x-b3-traceid", "x-b3-spanid",
            "x-b3-sampled", "sw8",
        )

        fun ULong.hex(): String = toString(16).padStart(16, '0')

        /** The ids in the app's own headers; `null` where they are not readable. */
        fun idsOfTheApp(app: Map<String, List<String>>): Ids? {
            fun one(name: String) = app[name]?.singleOrNull()
            return one("traceparent")?.split("-")?.takeIf { it[1].length == 32 }?.let { Ids(it[1], it[2]) }
                ?: one("x-datadog-trace-id")?.let {
                    Ids("0".repeat(16) + it.toULong().hex(), one("x-datadog-parent-id")?.toULong()?.hex())
                }
                ?: one("b3")?.split("-")?.let { Ids(it[0], it[1]) }
                ?: one("x-b3-traceid")?.let { Ids(it, one("x-b3-spanid")) }
                ?: one("sw8")?.split("-")?.let { Ids(String(Base64.getDecoder().decode(it[1])), null) }
        }
    }
}
