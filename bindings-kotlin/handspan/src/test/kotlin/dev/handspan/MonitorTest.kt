package dev.handspan

import dev.handspan.ffi.ActionKind
import dev.handspan.ffi.Attribute
import dev.handspan.ffi.AttributeValue
import dev.handspan.ffi.ErrorCause
import dev.handspan.ffi.OperationStep
import dev.handspan.ffi.RumCommand
import dev.handspan.support.FakeCore
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import dev.handspan.ffi.AppLaunchMetric as CoreMetric
import dev.handspan.ffi.Connectivity as CoreConnectivity
import dev.handspan.ffi.ConnectivityInterface as CoreInterface
import dev.handspan.ffi.ConnectivityStatus as CoreStatus
import dev.handspan.ffi.ErrorCategory as CoreCategory
import dev.handspan.ffi.ErrorHandling as CoreHandling
import dev.handspan.ffi.ErrorSource as CoreSource
import dev.handspan.ffi.ResourceKind as CoreKind
import dev.handspan.ffi.StartupType as CoreStartup

/** What the app says arrives at the core, word by word. */
class MonitorTest {
    private val core = FakeCore()
    private val handspan = core.handspan()
    private val rum = handspan.rum
    private val one = listOf(Attribute("n", AttributeValue.Int(1)))
    private val given = mapOf("n" to 1)

    @AfterEach
    fun clean() = assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }

    /** What reached the core since the last time. */
    private fun heard(): List<RumCommand> = core.commands.also { core.recorded.clear() }

    @Test
    fun `views`() {
        rum.startView("home", "Home", given, "/home")
        rum.addViewTiming("hero")
        rum.addViewLoadingTime()
        rum.addViewLoadingTime(overwrite = true)
        rum.setViewAttributes(given)
        rum.removeViewAttributes(setOf("n", "m"))
        rum.addFeatureFlag("dark", null)
        rum.stopView("home", given)
        assertEquals(
            listOf(
                RumCommand.StartView("home", "Home", "/home", one),
                RumCommand.AddViewTiming("hero"),
                RumCommand.AddViewLoadingTime(false),
                RumCommand.AddViewLoadingTime(true),
                RumCommand.SetViewAttributes(one),
                RumCommand.RemoveViewAttributes(listOf("n", "m")),
                RumCommand.AddFeatureFlag("dark", AttributeValue.Null),
                RumCommand.StopView("home", one),
            ),
            heard(),
        )
    }

    @Test
    fun `an object is a key by its identity, and the view's URL by its class`() {
        class Screen {
            override fun equals(other: Any?) = true
            override fun hashCode() = 1
        }
        val screens = listOf(Screen(), Screen())
        screens.forEach { rum.startView(it, "Screen") }
        screens.forEach { rum.stopView(it) }
        val heard = heard()
        val started = heard.filterIsInstance<RumCommand.StartView>()
        assertEquals(started.map { it.key }, heard.filterIsInstance<RumCommand.StopView>().map { it.key })
        assertNotEquals(started[0].key, started[1].key)
        assertEquals(Screen::class.java.name, started[0].url)
        for (key in listOf("text", StringBuilder("text"), 7, 'c', ActionType.TAP, Screen::class.java)) rum.startView(key, "")
        assertEquals(
            listOf("text", "text", "7", "c", "dev.handspan.ActionType.TAP", Screen::class.java.name),
            heard().map { (it as RumCommand.StartView).also { view -> assertNull(view.url) }.key },
        )
    }

    @Test
    fun `actions`() {
        rum.addAction(ActionType.TAP, "Buy", given)
        rum.startAction(ActionType.SCROLL, "List")
        rum.stopAction()
        rum.stopAction(ActionType.SWIPE, "Card", given)
        assertEquals(
            listOf(
                RumCommand.AddAction(ActionKind.TAP, "Buy", one),
                RumCommand.StartAction(ActionKind.SCROLL, "List", emptyList()),
                RumCommand.StopAction(null, null, emptyList()),
                RumCommand.StopAction(ActionKind.SWIPE, "Card", one),
            ),
            heard(),
        )
    }

    @Test
    fun `errors with an exception, its causes and all else that is known`() {
        val root = IllegalArgumentException()
        val thrown = IllegalStateException("half\uD83D", root)
        rum.addError("broken", ErrorSource.WEBVIEW, thrown, given)
        rum.addError(
            RumErrorDetails("hung").apply {
                throwable = thrown
                type = "Hang"
                stack = "at main"
                isCrash = true
                handling = ErrorHandling.UNHANDLED
                category = ErrorCategory.ANR
                fingerprint = "main"
                freezeDurationNs = -1
            },
        )
        val (plain, whole) = heard().map { (it as RumCommand.AddError).error }
        assertEquals(listOf("broken", CoreSource.WEBVIEW, IllegalStateException::class.java.name, one),
            with(plain) { listOf(message, source, errorType, attributes) })
        assertTrue(plain.stack!!.startsWith("java.lang.IllegalStateException: half?\n")) { plain.stack }
        assertEquals(listOf(ErrorCause("", root.javaClass.name, root.stackTraceToString())), plain.causes)
        assertEquals(listOf(null, null, null, false), with(plain) { listOf(handling, category, fingerprint, isCrash) })
        assertEquals(
            listOf("hung", CoreSource.SOURCE, "Hang", "at main", true, CoreHandling.UNHANDLED, CoreCategory.ANR, "main", 0UL),
            with(whole) { listOf(message, source, errorType, stack, isCrash, handling, category, fingerprint, freezeDurationNs) },
        )
    }

    @Test
    fun `an exception that throws when it is asked, and one that causes itself`() {
        val hostile = object : RuntimeException() {
            override val message: String get() = throw IllegalStateException()
        }
        class Ring : RuntimeException() {
            override val cause: Throwable get() = this
        }
        rum.addError("hostile", ErrorSource.SOURCE, hostile)
        rum.addError("ring", ErrorSource.SOURCE, Ring())
        val (first, second) = heard().map { (it as RumCommand.AddError).error }
        assertEquals(hostile.javaClass.name, first.errorType)
        assertNull(first.stack)
        assertEquals(10, second.causes.size)
    }

    @Test
    fun `resources`() {
        rum.startResource("r", "GET", "https://a.test/", given)
        rum.stopResource("r", 200, 12, ResourceKind.IMAGE, given)
        rum.stopResource("r", 70_000, -1, ResourceKind.NATIVE)
        rum.stopResourceWithError("r", null, "gone", IllegalStateException("why"), given)
        val heard = heard()
        assertEquals(
            listOf(
                RumCommand.StartResource("r", "GET", "https://a.test/", one),
                RumCommand.StopResource("r", 200u, CoreKind.IMAGE, 12u, one),
                RumCommand.StopResource("r", null, CoreKind.NATIVE, null, emptyList()),
            ),
            heard.dropLast(1),
        )
        val failed = heard.last() as RumCommand.StopResourceWithError
        assertEquals(listOf("r", null, "gone", "java.lang.IllegalStateException", one),
            with(failed) { listOf(key, statusCode, message, errorType, attributes) })
    }

    @Test
    fun `vitals, operations and a launch`() {
        rum.addLongTask(5, given)
        rum.addLongTask(0)
        rum.addPerformanceSample(memoryBytes = 1e6, refreshRate = 60.0)
        rum.addDurationVital("boot", -5, "cold", given)
        rum.startOperation("login", "1", given)
        rum.updateOperation("login")
        rum.retryOperation("login")
        rum.succeedOperation("login")
        for (reason in OperationFailureReason.entries) rum.failOperation("login", null, reason)
        rum.addAppLaunch(AppLaunchMetric.TIME_TO_INITIAL_DISPLAY, 5, StartupType.WARM_START, true)
        fun step(step: OperationStep) = RumCommand.AddOperationStep("login", null, step, emptyList())
        assertEquals(
            listOf(
                RumCommand.AddLongTask(5u, one),
                RumCommand.AddPerformanceSample(1e6, null, 60.0),
                RumCommand.AddDurationVital("boot", "cold", 0u, one),
                RumCommand.AddOperationStep("login", "1", OperationStep.START, one),
                step(OperationStep.UPDATE), step(OperationStep.RETRY), step(OperationStep.SUCCEED),
                step(OperationStep.FAIL_WITH_ERROR), step(OperationStep.FAIL_ABANDONED), step(OperationStep.FAIL_OTHER),
                RumCommand.AddAppLaunch(CoreMetric.TIME_TO_INITIAL_DISPLAY, 5u, CoreStartup.WARM_START, null, true),
            ),
            heard(),
        )
    }

    @Test
    fun `what holds for all that follows`() {
        rum.setAttribute("n", 1)
        rum.removeAttribute("n")
        rum.setConnectivity(Connectivity(ConnectivityStatus.CONNECTED, setOf(ConnectivityInterface.CELLULAR), "LTE", "carrier"))
        rum.stopSession()
        assertEquals(
            listOf(
                RumCommand.SetAttributes(one),
                RumCommand.RemoveAttributes(listOf("n")),
                RumCommand.SetConnectivity(CoreConnectivity(CoreStatus.CONNECTED, listOf(CoreInterface.CELLULAR), "LTE", "carrier")),
                RumCommand.StopSession,
            ),
            heard(),
        )
    }

    @Test
    fun `each word of a closed list is the core's of the same name`() {
        val pairs = ActionType.entries.map { it to it.core } + ErrorSource.entries.map { it to it.core } +
            ErrorHandling.entries.map { it to it.core } + ErrorCategory.entries.map { it to it.core } +
            ResourceKind.entries.map { it to it.core } + AppLaunchMetric.entries.map { it to it.core } +
            StartupType.entries.map { it to it.core } + ConnectivityStatus.entries.map { it to it.core } +
            ConnectivityInterface.entries.map { it to it.core } + LogLevel.entries.map { it to it.core }
        for ((ours, cores) in pairs) {
            assertEquals(cores.name, ours.name)
            assertEquals(cores.declaringJavaClass.enumConstants.size, ours.declaringJavaClass.enumConstants.size)
        }
    }

    @Test
    fun `users and accounts`() {
        handspan.setUser("u", "name", "mail\uD83D", given)
        handspan.setUser(null, name = "nameless")
        handspan.setUser(null)
        handspan.clearUser()
        handspan.setAccount("a", "name", given)
        handspan.clearAccount()
        handspan.clearAllData()
        assertEquals(
            listOf(
                dev.handspan.ffi.UserInfo("u", "name", "mail?", one),
                dev.handspan.ffi.UserInfo(null, "nameless", null, emptyList()), null, null,
            ),
            core.users.toList(),
        )
        assertEquals(listOf(dev.handspan.ffi.AccountInfo("a", "name", one), null), core.accounts.toList())
        assertEquals("clear", core.told.last())
    }

    @Test
    fun `an attribute that can't be read is counted, and its event goes on`() {
        rum.addAction(ActionType.TAP, "Buy", mapOf("n" to 1, "bad" to object {
            override fun toString(): String = throw IllegalStateException()
        }))
        assertEquals(one, (heard().single() as RumCommand.AddAction).attributes)
        assertEquals(1, handspan.status().attributesDropped)
    }

    @Test
    fun `the interface is all that an app's fake has to be`() {
        val said = ArrayList<String>()
        val fake = object : HandspanMonitor by rum {
            override fun addAction(type: ActionType, name: String, attributes: Map<String, Any?>) {
                said.add("$type $name $attributes")
            }
        }
        (fake as HandspanMonitor).addAction(ActionType.TAP, "Buy", given)
        assertEquals(listOf("TAP Buy {n=1}"), said)
    }
}
