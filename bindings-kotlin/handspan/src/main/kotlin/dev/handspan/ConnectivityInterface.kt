package dev.handspan

import dev.handspan.ffi.ConnectivityInterface as CoreConnectivityInterface

/** By what a phone is connected. */
public enum class ConnectivityInterface(internal val core: CoreConnectivityInterface) {
    /** Bluetooth. */
    BLUETOOTH(CoreConnectivityInterface.BLUETOOTH),

    /** A mobile network. */
    CELLULAR(CoreConnectivityInterface.CELLULAR),

    /** A cable. */
    ETHERNET(CoreConnectivityInterface.ETHERNET),

    /** Wi-Fi. */
    WIFI(CoreConnectivityInterface.WIFI),

    /** WiMAX. */
    WIMAX(CoreConnectivityInterface.WIMAX),

    /** Several, or another. */
    MIXED(CoreConnectivityInterface.MIXED),

    /** None of these. */
    OTHER(CoreConnectivityInterface.OTHER),

    /** Nobody knows. */
    UNKNOWN(CoreConnectivityInterface.UNKNOWN),

    /** Nothing. */
    NONE(CoreConnectivityInterface.NONE),
}
