package dev.handspan.internal

import dev.handspan.DeviceInfo
import dev.handspan.HandspanConfiguration
import dev.handspan.ffi.CoreConfiguration
import dev.handspan.ffi.Device
import dev.handspan.ffi.FirstPartyHost
import dev.handspan.ffi.Intake

/** The configuration as the core takes it. */
internal fun HandspanConfiguration.toRecord(): CoreConfiguration = CoreConfiguration(
    clientToken = clientToken,
    applicationId = applicationId,
    instance = instance,
    service = service,
    env = env,
    version = version,
    // A closed list at the intake; for anything on a JVM `android` is the one that fits.
    source = "android",
    storageDir = storageDir?.path,
    firstPartyHosts = firstPartyHosts.map { (host, rule) ->
        FirstPartyHost(host, rule.formats.map { it.wireName }, rule.sampleRate)
    },
    armsPid = armsPid,
    sessionSampleRate = sessionSampleRate,
    traceSampleRate = traceSampleRate,
    traceContextInjection = traceContextInjection.wireName,
    trackingConsent = trackingConsent.wireName,
    intakes = intakes.map { Intake(it.kind, it.site, it.url) },
    remoteConfigurationUrl = remoteConfigurationUrl,
    // Below zero there is no unsigned value; the core refuses 0 and says so.
    batchMaxAgeMs = batchMaxAgeMs.coerceAtLeast(0).toULong(),
    inspect = inspect,
    device = (device ?: deviceOfJvm()).toRecord(),
)

private fun DeviceInfo.toRecord() = Device(osName, osVersion, model, brand, kind, architecture, locale)
