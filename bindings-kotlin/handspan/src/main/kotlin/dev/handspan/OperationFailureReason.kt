package dev.handspan

import dev.handspan.ffi.OperationStep

/** Why an operation has failed. */
public enum class OperationFailureReason(internal val core: OperationStep) {
    /** Something went wrong. */
    ERROR(OperationStep.FAIL_WITH_ERROR),

    /** The user gave up. */
    ABANDONED(OperationStep.FAIL_ABANDONED),

    /** Another reason. */
    OTHER(OperationStep.FAIL_OTHER),
}
