package dev.handspan.support

import dev.handspan.Handspan
import dev.handspan.HandspanConfiguration
import dev.handspan.TrackingConsent
import dev.handspan.UploadConditions
import dev.handspan.ffi.AccountInfo
import dev.handspan.ffi.CoreStats
import dev.handspan.ffi.CoreStatus
import dev.handspan.ffi.Explanation
import dev.handspan.ffi.FinishedCall
import dev.handspan.ffi.Header
import dev.handspan.ffi.HopPlan
import dev.handspan.ffi.HopRequest
import dev.handspan.ffi.MappableEvent
import dev.handspan.ffi.RemoteStats
import dev.handspan.ffi.RumCommand
import dev.handspan.ffi.SpanContext
import dev.handspan.ffi.UserInfo
import dev.handspan.internal.Core
import dev.handspan.internal.CoreDoor
import java.util.TreeSet
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong

internal const val SESSION = "5e55104e-0000-4000-8000-000000000001"

/** A core that traces `first.test` by a `traceparent` and keeps what it is told. */
internal open class FakeCore : Core {
    private val spans = AtomicLong(0x1000)
    val planned = CopyOnWriteArrayList<HopRequest>()
    val plans = CopyOnWriteArrayList<HopPlan>()
    val finished = LinkedBlockingQueue<FinishedCall>()
    val told = CopyOnWriteArrayList<String>()
    val users = CopyOnWriteArrayList<UserInfo?>()
    val accounts = CopyOnWriteArrayList<AccountInfo?>()

    /** What was said to it, with its age. */
    val recorded = CopyOnWriteArrayList<Pair<RumCommand, Long>>()

    /** What it wants to have mapped, and the answers. */
    val toMap = LinkedBlockingQueue<MappableEvent>()
    val mapped = LinkedBlockingQueue<Pair<ULong, MappableEvent?>>()
    val consents = CopyOnWriteArrayList<TrackingConsent>()

    @Volatile
    var shut = false

    override val traceHeaderNames: Set<String> =
        TreeSet(String.CASE_INSENSITIVE_ORDER).apply { addAll(listOf("traceparent", "tracestate")) }
    override val responseHeaderNames = listOf("server-timing", "traceresponse")
    override val capturedHeaderNames = listOf("x-app", "content-type")
    override val wantsHopHeaders = true

    override fun plan(request: HopRequest): HopPlan {
        planned.add(request)
        val ours = request.host == FIRST || request.host.endsWith(".$FIRST")
        val own = request.headers.any { it.name.equals("traceparent", ignoreCase = true) }
        val traced = ours && !own
        val trace = request.ids?.traceId ?: "6b018bfe00000000%016x".format(spans.incrementAndGet())
        val span = "%016x".format(spans.incrementAndGet())
        val headers = if (traced) {
            listOf(Header("traceparent", "00-$trace-$span-01"), Header("tracestate", "dd=p:$span"))
        } else {
            emptyList()
        }
        val plan = HopPlan(
            traced = traced,
            reason = if (own) "app_headers" else if (ours) "traced" else "host_not_first_party",
            hostEntry = if (ours) FIRST else null,
            headers = headers,
            traceId = if (traced) trace else null,
            spanId = if (traced) span else null,
            sampled = if (traced) true else null,
            sessionId = request.ids?.sessionId ?: SESSION,
            rulePsr = null,
        )
        plans.add(plan)
        return plan
    }

    override fun explain(request: HopRequest): Explanation = plan(request).let { plan ->
        Explanation(plan, listOf("tracecontext"), "rates", 100.0, 50.0, 100.0, "trace_sample_rate", "in words: ${plan.reason}")
    }

    override fun finish(call: FinishedCall) {
        finished.add(call)
    }

    override fun keepTracesFor(seconds: Long) {
        told.add("keep $seconds")
    }

    override fun setUser(user: UserInfo?) {
        users.add(user)
        told.add("user ${user?.id}")
    }

    override fun setAccount(account: AccountInfo?) {
        accounts.add(account)
        told.add("account ${account?.id}")
    }

    override fun record(command: RumCommand, ageMs: Long) {
        recorded.add(command to ageMs)
    }

    override fun startSpan(parent: SpanContext?): SpanContext? {
        val trace = parent?.traceId ?: "6b018bfe00000000%016x".format(spans.incrementAndGet())
        return SpanContext(trace, "%016x".format(spans.incrementAndGet()), parent?.sampled ?: true, parent?.sessionId ?: SESSION)
    }

    override fun clearAllData() {
        told.add("clear")
    }

    override fun nextEventToMap(timeoutMs: Long): MappableEvent? = toMap.poll(timeoutMs, TimeUnit.MILLISECONDS)

    override fun eventMapped(id: ULong, event: MappableEvent?) {
        mapped.add(id to event)
    }

    override fun setUploadConditions(conditions: UploadConditions) {
        told.add("${conditions.network}")
    }

    override fun enterBackground() {
        told.add("background")
    }

    override fun enterForeground() {
        told.add("foreground")
    }

    override fun setTrackingConsent(consent: TrackingConsent) {
        consents.add(consent)
    }

    override fun flush(timeoutMs: Long) = true

    override fun status() = CoreStatus(
        state = "running",
        sessionId = SESSION,
        sessionSampled = true,
        storage = "memory",
        inspect = true,
        refusals = emptyList(),
        recorded = finished.size.toULong(),
        stored = 0u,
        sent = 0u,
        dropped = emptyList(),
        pendingBatches = 0u,
        lastAnswer = null,
        remote = "none",
        remoteVersion = null,
        internalErrors = 0u,
    )

    override fun stats() =
        CoreStats(tracks = emptyList(), intakes = emptyList(), wakeUps = 1u, hold = null, remote = remoteOf("applied"))

    override fun shutdown() {
        shut = true
    }

    /** What was said to it. */
    val commands: List<RumCommand> get() = recorded.map { it.first }

    /** The next call that was reported. */
    fun take(): FinishedCall = finished.poll(5, TimeUnit.SECONDS) ?: throw AssertionError("no call was reported")

    /** A running Handspan over this core. */
    fun handspan(configure: HandspanConfiguration.Builder.() -> Unit = {}): Handspan {
        val handspan = handspanOver(CoreDoor { this }, configure)
        check(handspan.awaitReady(5_000)) { handspan.status() }
        return handspan
    }
}

private fun remoteOf(state: String) = RemoteStats(
    state = state,
    version = null,
    keyId = null,
    etag = null,
    targets = emptyList(),
    lastAnswer = null,
    lastPullMs = null,
    nextPullMs = null,
    pulls = 0u,
    failed = 0u,
    notModified = 0u,
    applied = 0u,
    refused = 0u,
    refusedFields = 0u,
    unknownFields = 0u,
    startsWithoutMark = 0u,
    disabledBy = null,
    installId = null,
)

internal fun handspanOver(door: CoreDoor, configure: HandspanConfiguration.Builder.() -> Unit = {}): Handspan =
    Handspan(HandspanConfiguration("token", "app", configure)) { door }
