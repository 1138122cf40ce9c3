package dev.handspan.support

import dev.handspan.Handspan
import dev.handspan.HandspanConfiguration
import dev.handspan.Intake
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
