package dev.handspan.hops

import dev.handspan.Handspan
import okhttp3.Interceptor
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.io.TempDir
import java.io.File

/** The table of `tests/hops`, against real servers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HopScenariosTest {
    private val version = System.getProperty("handspan.okhttp.version")
    private val platform = "okhttp" + version.substringBefore('.')
    private val table = Table.read(File(System.getProperty("handspan.hops.dir"), "scenarios.json"))
    private val here = table.scenarios.filter { platform !in it.notOn }
    private val tally = Tally()
    private val naive = Tally()

    @TempDir
    lateinit var folder: File

    @TestFactory
    fun scenarios(): List<DynamicTest> = here.mapIndexed { index, scenario ->
        DynamicTest.dynamicTest(scenario.id) {
            val seen = ScenarioRun(table, scenario, File(folder, "$index")).run()
            val problems = Judge(table, scenario, seen, platform, tally).problems()
            assertTrue(problems.isEmpty()) { problems.joinToString("\n") }
        }
    }

    @AfterAll
    fun summary() {
        val rows = listOf(Tally.HEAD, tally.row("OkHttp $version"), naive.row("headers once a call, 302 and 307"))
        println(rows.joinToString("\n", prefix = "\n"))
    }

    @Test
    fun `the table is whole, and says why a host of the app's own is left out`() {
        assertTrue(here.size >= 250) { "${here.size} scenarios" }
        assertEquals(table.scenarios.size, table.scenarios.map { it.id }.toSet().size, "ids are unique")
        for (scenario in table.scenarios) {
            for (hop in scenario.hops) {
                val firstParty = table.roles.getValue(hop.at.role).firstParty
                val owned = hop.app.keys.any(OurHeaders.IDENTITY::contains)
                val ours = hop.carries != Carries.NONE
                assertTrue(firstParty || !ours) { "${scenario.id}: ours at a third party" }
                assertTrue(!firstParty || ours || owned || !hop.because.isNullOrEmpty()) { "${scenario.id}: left out without a reason" }
            }
            val excuses = scenario.notOn.values + scenario.hops.flatMap { it.missed.values + it.sentAgain.values }
            assertTrue(excuses.none { it.isBlank() }) { "${scenario.id}: an exception without a reason" }
        }
    }

    @Test
    fun `a tracer that sets its headers once a call is caught`() {
        val redirects = here.filter { it.id.startsWith("302:") || it.id.startsWith("307:") }
        redirects.forEachIndexed { index, scenario ->
            val seen = ScenarioRun(table, scenario, File(folder, "naive$index"), ::OnceACall).run()
            Judge(table, scenario, seen, platform, naive).problems()
        }
        assertTrue(naive.leaks >= 6 && naive.misses >= 4 && naive.spanReused >= 8) { naive.toString() }
    }

    /** What a tracer does that knows application interceptors only. */
    private class OnceACall(private val handspan: Handspan) : Interceptor {
        override fun intercept(chain: Interceptor.Chain) =
            chain.proceed(handspan.tracker.enterHop(chain.call(), chain.request())?.request ?: chain.request())
    }
}
