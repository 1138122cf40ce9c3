package dev.handspan.internal

import dev.handspan.DeviceInfo
import dev.handspan.HandspanConfiguration
import dev.handspan.ffi.CertificatePins
import dev.handspan.ffi.CoreConfiguration
import dev.handspan.ffi.Device
import dev.handspan.ffi.FirstPartyHost
import dev.handspan.ffi.Header
import dev.handspan.ffi.Intake
import dev.handspan.ffi.PublicKey
import dev.handspan.ffi.SyntheticsTest
import dev.handspan.ffi.UploadPolicy

/** The configuration as the core takes it. */
internal fun HandspanConfiguration.toRecord(): CoreConfiguration = CoreConfiguration(
    clientToken = clientToken.wellFormed(),
    applicationId = applicationId.wellFormed(),
    instance = instance.wellFormed(),
    service = service?.wellFormed(),
    env = env?.wellFormed(),
    version = version?.wellFormed(),
    // A closed list at the intake; for anything on a JVM `android` is the one that fits.
    source = "android",
    storageDir = storageDir?.path?.wellFormed(),
    encryptionKey = encryptionKey,
    firstPartyHosts = firstPartyHosts.map { (host, rule) ->
        FirstPartyHost(host.wellFormed(), rule.formats.map { it.wireName }, rule.sampleRate)
    },
    armsPid = armsPid?.wellFormed(),
    sessionSampleRate = sessionSampleRate,
    traceSampleRate = traceSampleRate,
    traceContextInjection = traceContextInjection.wireName,
    trackingConsent = trackingConsent.wireName,
    intakes = intakes.map { it.toRecord() },
    rootCertificates = rootCertificates.map { it.wellFormed() },
    certificatePins = certificatePins.map { (host, pins) -> CertificatePins(host.wellFormed(), pins.map { it.wellFormed() }) },
    proxy = proxy?.wellFormed(),
    upload = uploadPolicy.toRecord(),
    remoteConfigurationUrl = remoteConfigurationUrl?.wellFormed(),
    remoteConfigurationKeys = remoteConfigurationKeys.map { (id, key) -> PublicKey(id.wellFormed(), key.wellFormed()) },
    installId = installId?.wellFormed(),
    enabled = enabled,
    // Below zero there is no unsigned value; the core refuses 0 and says so.
    batchMaxAgeMs = batchMaxAgeMs.coerceAtLeast(0).toULong(),
    telemetry = telemetry,
    inspect = inspect,
    device = (device ?: deviceOfJvm()).toRecord(),
    trackBackgroundEvents = trackBackgroundEvents,
    trackFrustrations = trackFrustrations,
    trackAnonymousUser = trackAnonymousUser,
    syntheticsTest = syntheticsTest?.let { SyntheticsTest(it.testId.wellFormed(), it.resultId.wellFormed()) },
    ciTestExecutionId = ciTestExecutionId?.wellFormed(),
    capturedHeaders = capturedHeaders.map { it.wellFormed() },
    redactedQueryParameters = redactedQueryParameters.map { it.wellFormed() },
    pathPatterns = pathPatterns.map { it.wellFormed() },
    mappedEvents = mappers.types,
)

private fun dev.handspan.Intake.toRecord() = Intake(
    kind = kind,
    site = site?.wellFormed(),
    url = url?.wellFormed(),
    encoding = encoding?.wireName,
    headers = headers.map { (name, value) -> Header(name.wellFormed(), value.wellFormed()) },
)

private fun dev.handspan.UploadPolicy.toRecord() = UploadPolicy(
    metered = metered,
    batteryLow = batteryLow,
    lowPower = lowPower,
    meteredIntervalMs = meteredIntervalMs.coerceAtLeast(0).toULong(),
    backgroundIntervalMs = backgroundIntervalMs.coerceAtLeast(0).toULong(),
)

private fun DeviceInfo.toRecord() = Device(
    osName.wellFormed(),
    osVersion.wellFormed(),
    model.wellFormed(),
    brand.wellFormed(),
    kind.wellFormed(),
    architecture.wellFormed(),
    locale.wellFormed(),
)
