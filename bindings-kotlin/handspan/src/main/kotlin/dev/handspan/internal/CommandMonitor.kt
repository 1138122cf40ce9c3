package dev.handspan.internal

import dev.handspan.ActionType
import dev.handspan.AppLaunchMetric
import dev.handspan.Connectivity
import dev.handspan.ErrorSource
import dev.handspan.HandspanMonitor
import dev.handspan.OperationFailureReason
import dev.handspan.ResourceKind
import dev.handspan.RumErrorDetails
import dev.handspan.StartupType
import dev.handspan.ffi.OperationStep
import dev.handspan.ffi.RumCommand
import dev.handspan.ffi.RumError
import dev.handspan.ffi.Connectivity as CoreConnectivity

/** The monitor that speaks to the core. */
internal class CommandMonitor(private val recorder: Recorder) : HandspanMonitor {
    override fun startView(key: Any, name: String, attributes: Map<String, Any?>, url: String?) = recorder.record {
        RumCommand.StartView(keyText(key), name.bounded(), url?.bounded() ?: urlOfKey(key), attributes(attributes))
    }

    override fun stopView(key: Any, attributes: Map<String, Any?>) =
        recorder.record { RumCommand.StopView(keyText(key), attributes(attributes)) }

    override fun addViewTiming(name: String) = recorder.record { RumCommand.AddViewTiming(name.bounded()) }

    override fun addViewLoadingTime(overwrite: Boolean) = recorder.record { RumCommand.AddViewLoadingTime(overwrite) }

    override fun setViewAttributes(attributes: Map<String, Any?>) =
        recorder.record { RumCommand.SetViewAttributes(attributes(attributes)) }

    override fun removeViewAttributes(names: Collection<String>) =
        recorder.record { RumCommand.RemoveViewAttributes(names.map { it.bounded() }) }

    override fun addAction(type: ActionType, name: String, attributes: Map<String, Any?>) =
        recorder.record { RumCommand.AddAction(type.core, name.bounded(), attributes(attributes)) }

    override fun startAction(type: ActionType, name: String, attributes: Map<String, Any?>) =
        recorder.record { RumCommand.StartAction(type.core, name.bounded(), attributes(attributes)) }

    override fun stopAction(type: ActionType?, name: String?, attributes: Map<String, Any?>) =
        recorder.record { RumCommand.StopAction(type?.core, name?.bounded(), attributes(attributes)) }

    override fun addError(message: String, source: ErrorSource, throwable: Throwable?, attributes: Map<String, Any?>) =
        addError(
            RumErrorDetails(message).also {
                it.source = source
                it.throwable = throwable
                it.attributes = attributes
            },
        )

    override fun addError(details: RumErrorDetails) = recorder.record {
        val failure = details.throwable?.let { failureOf(it) }
        RumCommand.AddError(
            RumError(
                message = details.message.bounded(),
                source = details.source.core,
                errorType = details.type?.bounded() ?: failure?.type,
                stack = details.stack?.bounded() ?: failure?.stack,
                isCrash = details.isCrash,
                handling = details.handling?.core,
                category = details.category?.core,
                fingerprint = details.fingerprint?.bounded(),
                causes = details.throwable?.let { causesOf(it) } ?: emptyList(),
                freezeDurationNs = details.freezeDurationNs?.let { unsigned(it) },
                attributes = attributes(details.attributes),
            ),
        )
    }

    override fun startResource(key: Any, method: String, url: String, attributes: Map<String, Any?>) =
        recorder.record { RumCommand.StartResource(keyText(key), method.bounded(), url.bounded(), attributes(attributes)) }

    override fun stopResource(key: Any, statusCode: Int?, size: Long?, kind: ResourceKind, attributes: Map<String, Any?>) =
        recorder.record {
            val bytes = size?.takeIf { it >= 0 }?.toULong()
            RumCommand.StopResource(keyText(key), statusOf(statusCode), kind.core, bytes, attributes(attributes))
        }

    override fun stopResourceWithError(
        key: Any,
        statusCode: Int?,
        message: String,
        throwable: Throwable?,
        attributes: Map<String, Any?>,
    ) = recorder.record {
        val failure = throwable?.let { failureOf(it) }
        RumCommand.StopResourceWithError(
            key = keyText(key),
            statusCode = statusOf(statusCode),
            message = message.bounded(),
            errorType = failure?.type,
            stack = failure?.stack,
            attributes = attributes(attributes),
        )
    }

    override fun addLongTask(durationNs: Long, attributes: Map<String, Any?>) {
        if (durationNs > 0) recorder.record { RumCommand.AddLongTask(unsigned(durationNs), attributes(attributes)) }
    }

    override fun addPerformanceSample(memoryBytes: Double?, cpuTicks: Double?, refreshRate: Double?) =
        recorder.record { RumCommand.AddPerformanceSample(memoryBytes, cpuTicks, refreshRate) }

    override fun addDurationVital(name: String, durationNs: Long, description: String?, attributes: Map<String, Any?>) =
        recorder.record {
            RumCommand.AddDurationVital(name.bounded(), description?.bounded(), unsigned(durationNs), attributes(attributes))
        }

    override fun startOperation(name: String, key: String?, attributes: Map<String, Any?>) =
        step(name, key, OperationStep.START, attributes)

    override fun updateOperation(name: String, key: String?, attributes: Map<String, Any?>) =
        step(name, key, OperationStep.UPDATE, attributes)

    override fun retryOperation(name: String, key: String?, attributes: Map<String, Any?>) =
        step(name, key, OperationStep.RETRY, attributes)

    override fun succeedOperation(name: String, key: String?, attributes: Map<String, Any?>) =
        step(name, key, OperationStep.SUCCEED, attributes)

    override fun failOperation(name: String, key: String?, reason: OperationFailureReason, attributes: Map<String, Any?>) =
        recorder.record {
            RumCommand.AddOperationStep(name.bounded(), key?.bounded(), reason.core, attributes(attributes))
        }

    private fun step(name: String, key: String?, step: OperationStep, attributes: Map<String, Any?>) =
        recorder.record { RumCommand.AddOperationStep(name.bounded(), key?.bounded(), step, attributes(attributes)) }

    override fun addAppLaunch(
        metric: AppLaunchMetric,
        durationNs: Long,
        startup: StartupType,
        hasSavedInstanceState: Boolean?,
    ) = recorder.record {
        RumCommand.AddAppLaunch(metric.core, unsigned(durationNs), startup.core, isPrewarmed = null, hasSavedInstanceState)
    }

    override fun addFeatureFlag(name: String, value: Any?) =
        recorder.record { RumCommand.AddFeatureFlag(name.bounded(), value(value)) }

    override fun setAttribute(name: String, value: Any?) =
        recorder.record { RumCommand.SetAttributes(attributes(name, value)) }

    override fun removeAttribute(name: String) =
        recorder.record { RumCommand.RemoveAttributes(listOf(name.bounded())) }

    override fun setConnectivity(connectivity: Connectivity) = recorder.record {
        RumCommand.SetConnectivity(
            CoreConnectivity(
                status = connectivity.status.core,
                interfaces = connectivity.interfaces.map { it.core },
                cellularTechnology = connectivity.cellularTechnology?.bounded(),
                carrierName = connectivity.carrierName?.bounded(),
            ),
        )
    }

    override fun stopSession() = recorder.record { RumCommand.StopSession }

    private fun unsigned(value: Long) = value.coerceAtLeast(0).toULong()

    /** What is no HTTP status is none. */
    private fun statusOf(code: Int?) = code?.takeIf { it in 100..999 }?.toUShort()
}
