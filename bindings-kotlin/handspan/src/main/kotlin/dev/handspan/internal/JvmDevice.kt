package dev.handspan.internal

import dev.handspan.DeviceInfo
import java.util.Locale

/** What the JVM's own properties tell of the device. On Android's runtime `os.version` is the kernel's: left out. */
internal fun deviceOfJvm(): DeviceInfo {
    val android = property("java.vm.name") == "Dalvik"
    return DeviceInfo(
        osName = if (android) "Android" else property("os.name"),
        osVersion = if (android) "" else property("os.version"),
        kind = if (android) "mobile" else "desktop",
        architecture = property("os.arch"),
        locale = Locale.getDefault().toLanguageTag(),
    )
}

// A security manager may hide a property.
private fun property(name: String): String = try {
    System.getProperty(name) ?: ""
} catch (_: SecurityException) {
    ""
}
