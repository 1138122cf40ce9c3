/// In which state of the phone events are sent, and how often its radio is woken for them. What
/// ``Handspan/Handspan/setUploadConditions(_:)`` has not told forbids nothing.
public struct UploadPolicy: Sendable, Equatable {
    /// Send over a metered network? Default true: a phone may see no other for days, and what is a day old is lost.
    public var metered: Bool
    /// Send while the battery is low? Default false.
    public var batteryLow: Bool
    /// Send in power-save mode? Default false.
    public var lowPower: Bool
    /// Least time between two wake-ups of the radio on a metered network, milliseconds, 0…43,200,000; what is outside is
    /// clamped and reported. Default 30,000.
    public var meteredIntervalMs: Int
    /// The same while the app is in the background. Default 900,000.
    public var backgroundIntervalMs: Int

    /// A policy of these values.
    public init(
        metered: Bool = true, batteryLow: Bool = false, lowPower: Bool = false, meteredIntervalMs: Int = 30_000,
        backgroundIntervalMs: Int = 900_000
    ) {
        self.metered = metered
        self.batteryLow = batteryLow
        self.lowPower = lowPower
        self.meteredIntervalMs = meteredIntervalMs
        self.backgroundIntervalMs = backgroundIntervalMs
    }
}

/// The state of the phone, as far as sending goes. A phone that is being charged is neither low nor saving.
public struct UploadConditions: Sendable, Equatable {
    /// What is known of the network.
    public enum Network: String, Sendable, CaseIterable {
        /// Nothing: tries are made.
        case unknown
        /// There is none: nothing is tried.
        case none
        /// The user pays by the byte.
        case metered
        /// The user does not.
        case unmetered
    }

    /// The network. Default ``Network/unknown``.
    public var network: Network
    /// Is the battery below 10 %? Default false.
    public var batteryLow: Bool
    /// Is power-save mode on? Default false.
    public var lowPower: Bool

    /// What is not said forbids nothing.
    public init(network: Network = .unknown, batteryLow: Bool = false, lowPower: Bool = false) {
        self.network = network
        self.batteryLow = batteryLow
        self.lowPower = lowPower
    }
}
