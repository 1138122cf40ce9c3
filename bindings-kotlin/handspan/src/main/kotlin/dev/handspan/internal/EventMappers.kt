package dev.handspan.internal

import dev.handspan.ActionEvent
import dev.handspan.ErrorEvent
import dev.handspan.EventMapper
import dev.handspan.LogEvent
import dev.handspan.LongTaskEvent
import dev.handspan.MappedEvent
import dev.handspan.ResourceEvent
import dev.handspan.ViewEvent
import dev.handspan.ViewEventMapper
import dev.handspan.VitalEvent
import dev.handspan.ffi.MappableEvent

/** The app's mappers, one a type. Immutable. */
internal data class EventMappers(
    val view: ViewEventMapper? = null,
    val action: EventMapper<ActionEvent>? = null,
    val resource: EventMapper<ResourceEvent>? = null,
    val error: EventMapper<ErrorEvent>? = null,
    val longTask: EventMapper<LongTaskEvent>? = null,
    val vital: EventMapper<VitalEvent>? = null,
    val log: EventMapper<LogEvent>? = null,
) {
    /** The types that have one, as the core names them. */
    val types: List<String>
        get() = listOf(
            VIEW to view, "action" to action, "resource" to resource, "error" to error,
            "long_task" to longTask, "vital" to vital, "log" to log,
        ).filter { it.second != null }.map { it.first }

    /** What the mapper of its type makes of it; `null`: it is dropped. Throws what the mapper throws, and where there is none. */
    fun map(event: MappableEvent, reader: AttributeReader): MappableEvent? {
        val attributes = event.attributes.toMap()
        return with(event) {
            when (eventType) {
                VIEW -> view?.let { ours -> ours.map(ViewEvent(viewName, viewUrl, attributes)) }
                    ?.let { copy(it, reader) } ?: error("a view can't be dropped")
                "action" -> given(action).map(ActionEvent(viewName, viewUrl, attributes, actionName))
                    ?.let { copy(it, reader).copy(actionName = it.actionName?.bounded()) }
                "resource" -> given(resource).map(ResourceEvent(viewName, viewUrl, attributes, resourceUrl))
                    ?.let { copy(it, reader).copy(resourceUrl = it.resourceUrl?.bounded()) }
                "error" -> given(error).map(ErrorEvent(viewName, viewUrl, attributes, message, stack, fingerprint, resourceUrl))
                    ?.let { copyError(it, reader) }
                "long_task" -> given(longTask).map(LongTaskEvent(viewName, viewUrl, attributes))?.let { copy(it, reader) }
                "vital" -> given(vital).map(VitalEvent(viewName, viewUrl, attributes))?.let { copy(it, reader) }
                "log" -> given(log).map(LogEvent(viewName, viewUrl, attributes, message))
                    ?.let { copy(it, reader).copy(message = it.message?.bounded()) }
                else -> error("no mapper for $eventType")
            }
        }
    }

    private fun <T : MappedEvent> given(mapper: EventMapper<T>?) = mapper ?: error("no mapper of this type")

    private fun MappableEvent.copy(mapped: MappedEvent, reader: AttributeReader) = copy(
        viewName = mapped.viewName?.bounded(),
        viewUrl = mapped.viewUrl?.bounded(),
        attributes = reader.attributes(mapped.attributes),
    )

    private fun MappableEvent.copyError(mapped: ErrorEvent, reader: AttributeReader) = copy(mapped, reader).copy(
        message = mapped.message?.bounded(),
        stack = mapped.stack?.bounded(),
        fingerprint = mapped.fingerprint?.bounded(),
        resourceUrl = mapped.resourceUrl?.bounded(),
    )

    companion object {
        const val VIEW = "view"
    }
}

/** What is stored of an event whose mapper failed: nothing, of a view what no mapper sees. */
internal fun MappableEvent.afterFailure(): MappableEvent? =
    if (eventType == EventMappers.VIEW) copy(viewName = FAILED, viewUrl = FAILED, attributes = emptyList()) else null

private const val FAILED = "mapper_failed"
