package dev.handspan.internal

import dev.handspan.HandspanConfiguration
import dev.handspan.ffi.HandspanCore

/** Opens the core through JNA. The first touch of this object loads JNA and the library: never on an app's thread. */
internal object UniffiDoor : CoreDoor {
    override fun open(configuration: HandspanConfiguration): Core =
        UniffiCore(HandspanCore.start(configuration.toRecord()))
}
