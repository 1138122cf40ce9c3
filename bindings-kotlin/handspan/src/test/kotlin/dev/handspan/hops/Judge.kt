package dev.handspan.hops

import dev.handspan.hops.OurHeaders.Companion.hex
import dev.handspan.support.hops
import dev.handspan.support.resource
import org.json.JSONObject

/** How many requests of a run broke which rule; in a good run all but [requests] and [named] are zero. */
internal data class Tally(
    var scenarios: Int = 0,
    var requests: Int = 0,
    /** Requests with a header of ours that are not for a host of the app's. */
    var leaks: Int = 0,
    /** Requests to the app's own host without ours. */
    var misses: Int = 0,
    /** Requests without ours, or with an earlier span id, for which the table gives the reason. */
    var named: Int = 0,
    /** Requests with a trace header that stands twice. */
    var twice: Int = 0,
    /** Requests with a span id that an earlier one had. */
    var spanReused: Int = 0,
    /** Scenarios with any problem. */
    var failed: Int = 0,
) {
    /** A row of the summary. */
    fun row(name: String): String =
        "| $name | $scenarios | $requests | $leaks | $misses | $named | $twice | $spanReused | $failed |"

    companion object {
        const val HEAD = "| hops | scenarios | requests | leaks | misses | exceptions by name | twice | span id reused | failed |\n" +
            "|---|---|---|---|---|---|---|---|---|"
    }
}

/** Compares what a run has seen with what the table says. */
internal class Judge(
    private val table: Table,
    private val scenario: Scenario,
    private val seen: Seen,
    private val platform: String,
    private val tally: Tally,
) {
    private val problems = ArrayList<String>()
    private val spans = HashSet<String>()

    /** Trace ids of ours, by call; side calls each have a key of their own. */
    private val traces = HashMap<Any, MutableSet<String>>()

    /** Ids of ours that a call had on the wire, in order. */
    private val onWire = HashMap<Int, MutableList<Ids>>()

    /** Everything that is not as it should be. */
    fun problems(): List<String> {
        tally.scenarios++
        judgeRequests()
        judgeProxy()
        traces.filterValues { it.size > 1 }.forEach { problems += "several traces in call ${it.key}: ${it.value}" }
        traces.values.flatten().groupBy { it }.filterValues { it.size > 1 }.keys.forEach { problems += "two calls in trace $it" }
        judgeCalls()
        if (seen.internalErrors > 0) problems += "${seen.internalErrors} internal errors"
        if (seen.callsUnderWay > 0) problems += "${seen.callsUnderWay} calls are still under way"
        if (problems.isNotEmpty()) tally.failed++
        return problems
    }

    private fun judgeRequests() {
        if (seen.arrivals.size != scenario.hops.size) problems += "${seen.arrivals.size} requests, not ${scenario.hops.size}"
        seen.arrivals.zip(scenario.hops).forEachIndexed { index, (arrival, hop) ->
            val where = "request ${index + 1} at ${hop.at.role}"
            val scheme = hop.at.scheme ?: if (scenario.client.tls) "https" else "http"
            val expected = listOf(scheme, hop.at.role, hop.method, hop.at.path)
            val found = with(arrival) { listOf(this.scheme, role, method, path) }
            if (found != expected) problems += "$where: $found, not $expected"
            val named = platform in hop.missed
            if (named) tally.named++
            val carries = if (named) Carries.NONE else hop.carries
            val again = platform in hop.sentAgain
            val ids = judgeHeaders(where, arrival.trace, carries, hop.app, table.roles.getValue(hop.at.role).firstParty, again)
            if (ids != null && !again) {
                traces.getOrPut(hop.call ?: where) { HashSet() }.add(ids.trace)
                hop.call?.let { onWire.getOrPut(it) { ArrayList() }.add(ids) }
            }
        }
    }

    /** What it answers by itself is a hop as well; what it forwards has been judged where it arrived. */
    private fun judgeProxy() {
        val script = scenario.proxy?.hears ?: return
        if (seen.heard.map { it.line } != script.map { it.line }) problems += "the proxy heard ${seen.heard.map { it.line }}"
        seen.heard.zip(script).forEachIndexed { index, (heard, step) ->
            if (step.answer == null && !step.line.startsWith("CONNECT")) {
                if (seen.arrivals.none { it.trace == heard.trace }) problems += "the proxy heard other headers: ${heard.trace}"
                return@forEachIndexed
            }
            val role = step.line.substringAfter(' ').substringBefore('/')
            val firstParty = !step.line.startsWith("CONNECT") && table.roles.getValue(role).firstParty
            val ids = judgeHeaders("request ${index + 1} at the proxy", heard.trace, step.carries, emptyMap(), firstParty)
            if (ids != null) {
                traces.getOrPut(0) { HashSet() }.add(ids.trace)
                onWire.getOrPut(0) { ArrayList() }.add(0, ids)
            }
        }
    }

    private fun judgeHeaders(
        where: String,
        found: TraceHeaders,
        carries: Carries,
        app: Map<String, List<String>>,
        firstParty: Boolean,
        again: Boolean = false,
    ): Ids? {
        tally.requests++
        val twice = found.filter { (name, values) -> values.size > 1 && app[name] != values }
        if (twice.isNotEmpty()) {
            tally.twice++
            problems += "$where: twice: $twice"
        }
        val strange = found.filter { (name, values) -> app[name] != values }
        if (carries == Carries.NONE) {
            if (strange.isNotEmpty()) {
                if (!firstParty) tally.leaks++
                problems += "$where: ${if (firstParty) "unexpected" else "LEAK"}: $strange"
            }
            val lost = app - found.keys
            if (lost.isNotEmpty()) problems += "$where: lost of the app's: $lost"
            return null
        }
        if (strange.isEmpty()) {
            tally.misses++
            problems += "$where: MISS: $found"
            return null
        }
        val ours = OurHeaders(found, carries, scenario.config.formats, app)
        val ids = ours.read()
        ours.problems.forEach { problems += "$where: $it" }
        if (ids?.span == null) return null
        val isNew = spans.add(ids.span)
        when {
            again && isNew -> problems += "$where: a new span id, and the table says otherwise"
            again -> tally.named++
            !isNew -> {
                tally.spanReused++
                problems += "$where: the span id of an earlier request: ${ids.span}"
            }
        }
        return ids
    }

    private fun judgeCalls() {
        val events = ArrayList(seen.events)
        scenario.hops.filter { it.call == null }.forEach { side ->
            val host = table.roles.getValue(side.at.role).host
            val event = events.firstOrNull { host in it.resource.getString("url") }
            if (event == null) problems += "no event of the side call" else events.remove(event)
        }
        scenario.calls.forEachIndexed { index, step ->
            if (seen.ends[index] != step.ends) problems += "call $index ended with ${seen.ends[index]}, not ${step.ends}"
            if (!step.reported) return@forEachIndexed
            val event = events.removeFirstOrNull()
            if (event == null) problems += "no event of call $index" else judgeEvent("call $index", index, step, event)
        }
        if (events.isNotEmpty()) problems += "${events.size} events too many: $events"
    }

    private fun judgeEvent(where: String, index: Int, step: CallStep, event: JSONObject) {
        val mine = scenario.hops.filter { it.call == index && platform !in it.sentAgain }
        val resent = event.getJSONObject("context").getJSONObject("handspan").getInt("resend_count")
        val expected = step.resendCount ?: (mine.size - 1)
        if (resent != expected) problems += "$where: resend_count is $resent, not $expected"
        val ours = onWire[index].orEmpty()
        val told = event.hops.filter { it.getJSONObject("headers").length() > 0 }
            .map { Ids(it.getString("trace_id"), it.getString("span_id")) }
        if (step.traced != "app" && told != ours) problems += "$where: the event tells $told, the wire $ours"
        judgeIds(where, step.traced ?: traced(mine), mine, ours, event)
    }

    private fun judgeIds(where: String, traced: String, mine: List<HopStep>, ours: List<Ids>, event: JSONObject) {
        val dd = event.getJSONObject("_dd")
        val found = dd.optString("trace_id").ifEmpty { null }
            ?.let { Ids(it, dd.getString("span_id").toULong().hex()) }
        val expected = when (traced) {
            "ours" -> ours.lastOrNull()
            "app" -> OurHeaders.idsOfTheApp(mine.last { it.app.keys.any(OurHeaders.IDENTITY::contains) }.app)
            else -> null
        }
        if (expected != null && expected.span == null) {
            // Without a span id there is no joining in `_dd`; the hop tells the trace.
            if (event.hops.last().optString("trace_id") != expected.trace) problems += "$where: the hop does not tell $expected"
        } else if (found != expected) {
            problems += "$where: the event has $found, not $expected"
        }
    }

    private fun traced(mine: List<HopStep>): String {
        val last = mine.lastOrNull {
            it.carries != Carries.NONE && platform !in it.missed || it.app.keys.any(OurHeaders.IDENTITY::contains)
        }
        return if (last == null) "none" else if (last.carries == Carries.NONE) "app" else "ours"
    }
}
