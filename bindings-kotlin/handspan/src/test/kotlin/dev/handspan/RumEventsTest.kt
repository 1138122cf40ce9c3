package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.realHandspan
import dev.handspan.support.resource
import dev.handspan.support.traceHeaders
import okhttp3.Request
import okhttp3.mockwebserver.MockResponse
import org.json.JSONObject
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File

/** What an app says, as it arrives at the intake through the real core. */
class RumEventsTest {
    private val net = Net()
    private val intake = LocalIntake()
    private var running: Handspan? = null

    @AfterEach
    fun close() {
        running?.let {
            assertEquals(0, it.status().internalErrors) { it.status().toString() }
            it.shutdown()
        }
        intake.close()
        net.close()
    }

    private fun start(configure: HandspanConfiguration.Builder.() -> Unit = {}): Handspan =
        realHandspan(intake, configure).also { running = it }

    /** All events so far; of a view the last word. */
    private fun Handspan.events(): List<JSONObject> {
        assertTrue(flush(10_000)) { status().toString() }
        return intake.takeAll()
    }

    private fun List<JSONObject>.of(type: String) = filter { it.optString("type") == type }

    /** The last word on the view of this name. */
    private fun List<JSONObject>.view(name: String): JSONObject = of("view").last { it.view.optString("name") == name }

    private val JSONObject.view: JSONObject get() = getJSONObject("view")
    private val JSONObject.context: JSONObject get() = getJSONObject("context")

    private fun JSONObject.count(of: String): Int = view.getJSONObject(of).getInt("count")

    @Test
    fun `a screen with what happens on it`() {
        val handspan = start { trackFrustrations(true) }
        val client = net.client { handspan(handspan) }
        handspan.setUser("u-1", "Zoë", "zoe@example.com", mapOf("plan" to "gold"))
        handspan.setAccount("a-1", "Firm")
        with(handspan.rum) {
            setAttribute("tier", 1)
            startView("home", "Home", mapOf("list" to listOf(1, "two")), "/home")
            addAction(ActionType.CUSTOM, "Buy", mapOf("price" to 9.5))
            client.body(get(net.site().url(FIRST)).newBuilder().rumAttributes(mapOf("cart" to 3)).build())
            addError("broken", ErrorSource.SOURCE, IllegalStateException("why", RuntimeException("root")))
            addLongTask(800_000_000)
            addFeatureFlag("dark", true)
            addViewTiming("hero image")
            addViewLoadingTime()
            addDurationVital("boot", 5_000_000, "cold")
            stopView("home")
        }
        val events = handspan.events()
        val home = events.view("Home")
        assertEquals("/home", home.view.getString("url"))
        assertFalse(home.view.getBoolean("is_active"))
        assertEquals(listOf(1, 1, 1, 1, 1), listOf("action", "resource", "error", "long_task", "frozen_frame").map { home.count(it) })
        assertTrue(home.view.getJSONObject("custom_timings").has("hero_image"))
        assertTrue(home.view.getLong("loading_time") > 0)
        assertTrue(home.getJSONObject("feature_flags").getBoolean("dark"))
        val inside = listOf("action", "resource", "error", "long_task", "vital").map { events.of(it).single() }
        for (event in inside) {
            assertEquals(home.view.getString("id"), event.view.getString("id")) { event.toString() }
            assertEquals(1, event.context.getInt("tier"))
            assertEquals(listOf(1, "two"), event.context.getJSONArray("list").toList())
            assertEquals("u-1", event.getJSONObject("usr").getString("id"))
            assertEquals("gold", event.getJSONObject("usr").getString("plan"))
            assertEquals("Firm", event.getJSONObject("account").getString("name"))
        }
        val (action, resource, error) = inside
        assertEquals("Buy" to 9.5, action.getJSONObject("action").getJSONObject("target").getString("name") to action.context.getDouble("price"))
        assertEquals(3, resource.context.getInt("cart"))
        with(error.getJSONObject("error")) {
            assertEquals("broken" to "java.lang.IllegalStateException", getString("message") to getString("type"))
            assertEquals("root", getJSONArray("causes").getJSONObject(0).getString("message"))
        }
        assertEquals(action.getJSONObject("session").getString("id"), handspan.status().sessionId)
    }

    @Test
    fun `a request by hand, and one that fails`() {
        val handspan = start()
        with(handspan.rum) {
            startView("home", "Home")
            startResource("r1", "GET", "https://a.test/x")
            stopResource("r1", 200, 12, ResourceKind.IMAGE)
            startResource("r2", "POST", "https://a.test/y")
            stopResourceWithError("r2", null, "gone", IllegalStateException("why"))
        }
        val events = handspan.events()
        val image = events.of("resource").first { it.resource.getString("url") == "https://a.test/x" }.resource
        assertEquals(listOf("image", 200, 12), listOf("type", "status_code", "size").map { image.get(it) })
        val error = events.of("error").single().getJSONObject("error")
        assertEquals(listOf("gone", "network"), listOf("message", "source").map { error.getString(it) })
    }

    @Test
    fun `an operation, a launch, and the state of the phone`() {
        val handspan = start()
        with(handspan.rum) {
            setConnectivity(Connectivity(ConnectivityStatus.CONNECTED, setOf(ConnectivityInterface.WIFI)))
            startView("home", "Home")
            startOperation("login", "1")
            failOperation("login", "1", OperationFailureReason.ABANDONED)
            addAppLaunch(AppLaunchMetric.TIME_TO_INITIAL_DISPLAY, 1_000_000, StartupType.COLD_START)
        }
        val vitals = handspan.events().of("vital").map { it.getJSONObject("vital") }
        assertEquals(listOf("start", "end"), vitals.mapNotNull { it.optString("step_type").ifEmpty { null } })
        assertEquals(listOf("abandoned"), vitals.mapNotNull { it.optString("failure_reason").ifEmpty { null } })
        assertEquals(1, vitals.count { it.optString("app_launch_metric") == "ttid" })
    }

    @Test
    fun `a kiosk's user goes, and the next one has a session`() {
        val handspan = start()
        handspan.rum.startView("a", "A")
        handspan.rum.stopSession()
        handspan.rum.startView("b", "B")
        val events = handspan.events()
        val sessions = listOf("A", "B").map { events.view(it).getJSONObject("session") }
        assertNotEquals(sessions[0].getString("id"), sessions[1].getString("id"))
        assertFalse(events.view("A").view.getBoolean("is_active"))
    }

    @Test
    fun `lines of a log are bound to session, view and span`() {
        val handspan = start()
        handspan.rum.startView("home", "Home")
        val logger = handspan.logger("shop").apply { setAttribute("area", "cart") }
        val span = handspan.tracer.withinSpan("checkout") {
            logger.warn("slow", IllegalStateException("why"), mapOf("ms" to 12))
            it
        }
        val events = handspan.events()
        val line = events.first { it.optString("message") == "slow" }
        assertEquals("warn", line.getString("status"))
        assertEquals(listOf("cart", 12), listOf("area", "ms").map { line.get(it) })
        assertEquals("shop", line.getJSONObject("logger").getString("name"))
        assertEquals(Thread.currentThread().name, line.getJSONObject("logger").getString("thread_name"))
        assertEquals("java.lang.IllegalStateException", line.getJSONObject("error").getString("kind"))
        assertEquals(handspan.status().sessionId to events.view("Home").view.getString("id"),
            line.getString("session_id") to line.getString("view.id"))
        assertEquals(span.traceId, line.getString("dd.trace_id"))
    }

    @Test
    fun `a span of the app's own, and the request in it`() {
        val handspan = start()
        val client = net.client { handspan(handspan) }
        val site = net.site()
        val span = handspan.tracer.withinSpan("checkout", attributes = mapOf("items" to 3)) {
            client.body(get(site.url(FIRST)))
            it
        }
        val events = handspan.events()
        assertEquals(span.traceId, site.take().traceHeaders().getValue("traceparent").split("-")[1])
        val told = events.single { it.optString("name") == "checkout" }
        assertEquals(span.spanId, told.getString("span_id"))
        assertEquals(3.0, told.getJSONObject("metrics").getDouble("items"))
        val dd = events.of("resource").single().getJSONObject("_dd")
        assertEquals(java.lang.Long.parseUnsignedLong(span.spanId!!, 16).toULong().toString(), dd.getString("parent_span_id"))
    }

    @Test
    fun `a GraphQL request, with captured headers and a redacted URL`() {
        val handspan = start {
            captureHeaders(listOf("x-app", "authorization")).redactQueryParameters(listOf("token")).pathPatterns(listOf("/users/{user}"))
        }
        val site = net.site { MockResponse().setBody("hello").setHeader("x-app", "answer") }
        val url = site.url(FIRST, "/users/4711").newBuilder().addQueryParameter("token", "secret-word").build()
        val request = Request.Builder().url(url).header("x-app", "mine").header("authorization", "secret-word")
            .graphQl(GraphQlType.QUERY, "User", "{\"id\":1}").build()
        net.client { handspan(handspan) }.body(request)
        val event = handspan.events().of("resource").single()
        assertEquals(listOf("query", "User"), with(event.resource.getJSONObject("graphql")) { listOf(getString("operationType"), getString("operationName")) })
        assertEquals("mine", event.resource.getJSONObject("request").getJSONObject("headers").getString("x-app"))
        assertEquals("answer", event.resource.getJSONObject("response").getJSONObject("headers").getString("x-app"))
        assertFalse("secret-word" in event.toString() || "4711" in event.toString()) { event.toString() }
    }

    @Test
    fun `mappers change and drop events before they are stored`() {
        val handspan = start {
            viewEventMapper { it.apply { viewUrl = "/mapped" } }
            actionEventMapper { event -> event.takeIf { it.actionName != "secret" } }
            errorEventMapper { throw IllegalStateException() }
            logEventMapper { it.apply { message = message?.replace("4711", "?") } }
            resourceEventMapper { it.apply { resourceUrl = "https://mapped.test/"; attributes["more"] = listOf(1) } }
        }
        handspan.rum.startView("home", "Home")
        handspan.rum.addAction(ActionType.CUSTOM, "secret")
        handspan.rum.addAction(ActionType.CUSTOM, "open")
        handspan.rum.addError("broken", ErrorSource.SOURCE)
        handspan.logger().info("user 4711")
        net.client { handspan(handspan) }.body(get(net.site().url(FIRST)))
        handspan.rum.stopView("home")
        val events = handspan.events()
        assertEquals("/mapped", events.view("Home").view.getString("url"))
        assertEquals(listOf("open"), events.of("action").map { it.getJSONObject("action").getJSONObject("target").getString("name") })
        assertEquals(emptyList<JSONObject>(), events.of("error"))
        assertEquals(1, handspan.status().mapperFailures)
        assertTrue(events.any { it.optString("message") == "user ?" })
        val resource = events.of("resource").single()
        assertEquals("https://mapped.test/", resource.resource.getString("url"))
        assertEquals(listOf(1), resource.context.getJSONArray("more").toList())
    }

    @Test
    fun `what is cleared is not sent`(@TempDir folder: File) {
        val handspan = start { storageDir(folder).uploadPolicy(UploadPolicy()) }
        handspan.setUploadConditions(UploadConditions(UploadConditions.Network.NONE))
        handspan.rum.startView("home", "Home")
        handspan.rum.addAction(ActionType.CUSTOM, "before")
        handspan.clearAllData()
        handspan.rum.addAction(ActionType.CUSTOM, "after")
        handspan.setUploadConditions(UploadConditions(UploadConditions.Network.UNMETERED))
        val names = handspan.events().of("action").map { it.getJSONObject("action").getJSONObject("target").getString("name") }
        assertEquals(listOf("after"), names)
    }

    @Test
    fun `a synthetic test's session says so, and an install has an id unless it is not wanted`() {
        val handspan = start { syntheticsTest(SyntheticsTest("t", "r")).trackAnonymousUser(false) }
        handspan.rum.startView("home", "Home")
        val home = handspan.events().view("Home")
        assertEquals("synthetics", home.getJSONObject("session").getString("type"))
        assertEquals("t", home.getJSONObject("synthetics").getString("test_id"))
        assertNull(home.optJSONObject("usr")?.opt("anonymous_id"))
    }
}
