package dev.handspan.support

import dev.handspan.Handspan
import dev.handspan.HandspanConfiguration
import dev.handspan.Intake
import org.json.JSONObject
import org.junit.jupiter.api.Assertions.assertTrue
import java.util.UUID

/** A Handspan over the real core, under an instance name of its own. */
fun realHandspan(intake: LocalIntake, configure: HandspanConfiguration.Builder.() -> Unit = {}): Handspan {
    val handspan = Handspan.start(
        HandspanConfiguration("pub00000000000000000000000000000000", "7f1d8a52-3c0e-4b6f-9a51-0d2c4e6f8a10") {
            instance(UUID.randomUUID().toString())
            service("test").env("test").version("1")
            firstPartyHost(FIRST)
            intake(Intake.datadogUrl(intake.url))
            inspect(true)
            configure()
        },
    )
    check(handspan.awaitReady(30_000)) { handspan.status() }
    return handspan
}

/** Sends what is recorded: one event and no other; [why] says of what. */
fun Handspan.onlyEvent(intake: LocalIntake, why: String): JSONObject {
    assertTrue(flush(10_000)) { status().toString() }
    return intake.take().also { assertTrue(intake.isEmpty(), why) }
}
