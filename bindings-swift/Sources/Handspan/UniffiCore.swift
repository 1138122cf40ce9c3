internal import HandspanBindings

/// The Rust core through the bindings that UniFFI generates.
struct UniffiCore: Core {
    let traceHeaderNames: [String]
    let responseHeaderNames: [String]
    private let core: HandspanCore

    /// Loads what is stored and starts a thread: not for a main thread.
    init(_ configuration: CoreConfiguration) throws(CoreUnavailable) {
        do {
            core = try HandspanCore.start(configuration: configuration)
        } catch StartFailure.Configuration(let message) {
            throw CoreUnavailable(reason: "configuration refused: \(message)")
        } catch StartFailure.Platform(let message) {
            throw CoreUnavailable(reason: message)
        } catch {
            throw CoreUnavailable(reason: "\(error)")
        }
        traceHeaderNames = HandspanBindings.traceHeaderNames()
        responseHeaderNames = HandspanBindings.responseHeaderNames()
    }

    func capturedHeaderNames() -> [String] { core.capturedHeaderNames() }
    func plan(_ request: HopRequest) -> HopPlan { core.plan(request: request) }
    func explain(_ request: HopRequest) -> HandspanBindings.Explanation { core.explain(request: request) }
    func finish(_ call: FinishedCall) { core.finish(call: call) }
    func setTrackingConsent(_ consent: TrackingConsent) { core.setTrackingConsent(consent: .init(consent)) }
    func keepTraces(seconds: UInt32) { core.keepTracesFor(seconds: seconds) }
    func setUser(_ user: UserInfo?) { core.setUser(user: user) }
    func setAccount(_ account: AccountInfo?) { core.setAccount(account: account) }
    func record(_ command: RumCommandOfCore, ageMs: UInt32) { core.record(command: command, ageMs: ageMs) }
    func startSpan(parent: SpanContext?) -> SpanContext? { core.startSpan(parent: parent) }
    func clearAllData() { core.clearAllData() }
    func nextEventToMap(timeoutMs: UInt32) -> MappableEvent? { core.nextEventToMap(timeoutMs: timeoutMs) }
    func eventMapped(id: UInt64, event: MappableEvent?) { core.eventMapped(id: id, event: event) }
    func setUploadConditions(_ conditions: UploadConditions) { core.setUploadConditions(conditions: .init(conditions)) }
    func enterBackground() { core.enterBackground() }
    func enterForeground() { core.enterForeground() }
    func flush(timeoutMs: UInt32) -> Bool { core.flush(timeoutMs: timeoutMs) }
    func status() -> CoreStatus { core.status() }
    func stats() -> CoreStats { core.stats() }
    func shutdown() { core.shutdown() }
}

extension CoreConfiguration {
    init(_ configuration: HandspanConfiguration) {
        self.init(
            clientToken: configuration.clientToken,
            applicationId: configuration.applicationID,
            instance: configuration.instance,
            service: configuration.service,
            env: configuration.env,
            version: configuration.version,
            source: "ios",
            storageDir: configuration.storageDir,
            encryptionKey: configuration.encryptionKey,
            // Sorted, so that the same configuration gives the same refusals in the same order.
            firstPartyHosts: configuration.firstPartyHosts.sorted { $0.key < $1.key }.map { host, rule in
                FirstPartyHost(host: host, formats: rule.formats.map(\.rawValue), sampleRate: rule.sampleRate)
            },
            armsPid: configuration.armsPID,
            sessionSampleRate: configuration.sessionSampleRate,
            traceSampleRate: configuration.traceSampleRate,
            traceContextInjection: configuration.traceContextInjection.rawValue,
            trackingConsent: configuration.trackingConsent.rawValue,
            intakes: configuration.intakes.map { HandspanBindings.Intake($0) },
            rootCertificates: configuration.rootCertificates,
            certificatePins: configuration.certificatePins.sorted { $0.key < $1.key }.map { host, pins in
                CertificatePins(host: host, pins: pins)
            },
            proxy: configuration.proxy,
            remoteConfigurationUrl: configuration.remoteConfigurationURL,
            remoteConfigurationKeys: configuration.remoteConfigurationKeys.sorted { $0.key < $1.key }.map { id, key in
                PublicKey(id: id, key: key)
            },
            installId: configuration.installID,
            enabled: configuration.enabled,
            // Below the range either way: the core corrects it and says so.
            batchMaxAgeMs: UInt64(max(0, configuration.batchMaxAgeMs)),
            upload: .init(configuration.uploadPolicy),
            telemetry: configuration.telemetry,
            inspect: configuration.inspect,
            device: .current(),
            trackBackgroundEvents: configuration.trackBackgroundEvents,
            trackFrustrations: configuration.trackFrustrations,
            trackAnonymousUser: configuration.trackAnonymousUser,
            syntheticsTest: configuration.syntheticsTest.map { .init(testId: $0.testID, resultId: $0.resultID) },
            ciTestExecutionId: configuration.ciTestExecutionID,
            capturedHeaders: configuration.capturedHeaders,
            redactedQueryParameters: configuration.redactedQueryParameters,
            pathPatterns: configuration.pathPatterns,
            mappedEvents: EventMappers(configuration).types
        )
    }
}

extension HandspanBindings.Intake {
    init(_ intake: Intake) {
        switch intake {
        case .datadog(let site): self.init(kind: "datadog", site: site.rawValue, url: nil)
        case .datadogURL(let url): self.init(kind: "datadog", site: nil, url: url)
        case .proxy(let url): self.init(kind: "proxy", site: nil, url: url)
        case .otlp(let url, let headers, let encoding):
            self.init(
                kind: "otlp", site: nil, url: url, encoding: encoding.rawValue,
                headers: headers.sorted { $0.key < $1.key }.map { Header(name: $0.key, value: $0.value) })
        }
    }
}

extension HandspanBindings.UploadPolicy {
    init(_ policy: UploadPolicy) {
        self.init(
            metered: policy.metered, batteryLow: policy.batteryLow, lowPower: policy.lowPower,
            meteredIntervalMs: UInt64(max(0, policy.meteredIntervalMs)),
            backgroundIntervalMs: UInt64(max(0, policy.backgroundIntervalMs)))
    }
}

extension HandspanBindings.UploadConditions {
    init(_ conditions: UploadConditions) {
        let network: HandspanBindings.Network =
            switch conditions.network {
            case .unknown: .unknown
            case .none: .none
            case .metered: .metered
            case .unmetered: .unmetered
            }
        self.init(network: network, batteryLow: conditions.batteryLow, lowPower: conditions.lowPower)
    }
}

extension HandspanBindings.TrackingConsent {
    init(_ consent: TrackingConsent) {
        switch consent {
        case .granted: self = .granted
        case .pending: self = .pending
        case .refused: self = .refused
        }
    }
}

extension HandspanStatus {
    mutating func take(_ core: CoreStatus) {
        refusals = core.refusals.map {
            RefusedValue(field: $0.field, value: $0.value, code: $0.code, message: $0.message)
        }
        sessionID = core.sessionId
        sessionSampled = core.sessionSampled
        storage = core.storage
        recorded = core.recorded
        stored = core.stored
        sent = core.sent
        dropped = Dictionary(core.dropped.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
        pendingBatches = core.pendingBatches
        lastAnswer = core.lastAnswer
        remote = core.remote
        remoteVersion = core.remoteVersion
        internalErrors = core.internalErrors
    }
}
