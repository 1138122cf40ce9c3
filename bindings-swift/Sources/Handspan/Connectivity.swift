/// How the phone is connected, for events. ``UploadConditions`` says when to send.
public struct Connectivity: Sendable, Equatable {
    /// Is the phone connected?
    public enum Status: String, Sendable, CaseIterable {
        /// It is.
        case connected
        /// It is not.
        case notConnected = "not_connected"
        /// Nobody knows.
        case maybe
    }

    /// By what a phone is connected.
    public enum Interface: String, Sendable, CaseIterable {
        /// Bluetooth.
        case bluetooth
        /// A mobile network.
        case cellular
        /// A cable.
        case ethernet
        /// Wi-Fi.
        case wifi
        /// WiMAX.
        case wimax
        /// Several, or another.
        case mixed
        /// Something that is none of these.
        case other
        /// Nobody knows.
        case unknown
        /// None.
        case none
    }

    /// Whether it is. Default ``Status/maybe``.
    public var status: Status
    /// By what. Default: not said.
    public var interfaces: [Interface]
    /// Technology of the mobile network, as `LTE`. Default: none.
    public var cellularTechnology: String?
    /// Who runs it. Default: not said.
    public var carrierName: String?

    /// A connection of these values.
    public init(
        status: Status = .maybe, interfaces: [Interface] = [], cellularTechnology: String? = nil,
        carrierName: String? = nil
    ) {
        self.status = status
        self.interfaces = interfaces
        self.cellularTechnology = cellularTechnology
        self.carrierName = carrierName
    }
}
