package dev.handspan.sample

import dev.handspan.HostRule
import dev.handspan.Handspan
import dev.handspan.HandspanConfiguration
import dev.handspan.Intake
import dev.handspan.TraceFormat
import dev.handspan.handspan
import okhttp3.Dns
import okhttp3.OkHttpClient
import java.net.InetAddress

/** What an app does once, when it starts: this is all of Handspan that it needs. */
class App(settings: DemoSettings, batchMaxAgeMs: Long = settings.batchMaxAgeMs) {
    val handspan: Handspan = Handspan.start(
        HandspanConfiguration(
            clientToken = "pub00000000000000000000000000000000",
            applicationId = "7f1d8a52-3c0e-4b6f-9a51-0d2c4e6f8a10",
        ) {
            service("sample-kotlin").env("demo").version("1.0")
            firstPartyHost("shop.localhost")
            firstPartyHost("pay.localhost")
            firstPartyHost("embedded.localhost", HostRule(setOf(TraceFormat.TRACECONTEXT)))
            intake(Intake.datadogUrl(settings.inspector))
            storageDir(settings.storageDir)
            batchMaxAgeMs(batchMaxAgeMs)
            inspect(true)
            if (settings.remote) remoteConfigurationUrl("${settings.inspector}/config.json")
        },
    )

    val client: OkHttpClient = OkHttpClient.Builder()
        .dns(LocalNames)
        .handspan(handspan)
        .build()
}

/** Every name under `localhost` is this machine (RFC 6761, 6.3); not every resolver knows. */
private object LocalNames : Dns {
    override fun lookup(hostname: String): List<InetAddress> =
        if (hostname == "localhost" || hostname.endsWith(".localhost")) {
            listOf(InetAddress.getByAddress(hostname, byteArrayOf(127, 0, 0, 1)))
        } else {
            Dns.SYSTEM.lookup(hostname)
        }
}
