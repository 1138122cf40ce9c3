@file:JvmName("HandspanRequests")

package dev.handspan

import dev.handspan.ffi.GraphQlOperation
import dev.handspan.internal.AttributeReader
import dev.handspan.internal.KeptTrace
import dev.handspan.internal.RequestAttributes
import dev.handspan.internal.bounded
import okhttp3.Request
import java.util.concurrent.atomic.AtomicLong

/**
 * Asks to keep the trace of this request, whatever the sample rates say: "trace this one". The backend keeps it too (Datadog's
 * priority 2), and the request is recorded even if its session is not. Redirects and retries are kept along with it.
 *
 * It changes nothing for a host that is not the app's, nor without the user's consent, nor where the app set trace headers
 * itself. The request carries a tag, no header; a copy of the request takes it along.
 *
 * From Java: `HandspanRequests.keepTrace(builder)`.
 *
 * @return this builder.
 */
public fun Request.Builder.keepTrace(): Request.Builder = tag(KeptTrace::class.java, KeptTrace)

/**
 * Makes this request a child of [span], whatever span is active where it is started: its trace is the span's, and so is the
 * decision to keep it. A span without ids changes nothing.
 *
 * The request carries a tag; a copy of the request takes it along. From Java: `HandspanRequests.parentSpan(builder, span)`.
 *
 * @return this builder.
 */
public fun Request.Builder.parentSpan(span: HandspanSpan): Request.Builder = tag(HandspanSpan::class.java, span)

/**
 * Says what this request asks, where it is a GraphQL one; its event tells it.
 *
 * The request carries a tag; a copy of the request takes it along. From Java: `HandspanRequests.graphQl(builder, type, …)`.
 *
 * @param name name of the operation.
 * @param variables its variables, as JSON.
 * @param payload its text.
 * @return this builder.
 */
@JvmOverloads
public fun Request.Builder.graphQl(
    type: GraphQlType,
    name: String? = null,
    variables: String? = null,
    payload: String? = null,
): Request.Builder = tag(
    GraphQlOperation::class.java,
    GraphQlOperation(type.wireName, name?.bounded(), variables?.bounded(), payload?.bounded()),
)

/**
 * Attributes of this request's event, read now and as [HandspanMonitor] says. Of two calls the last one counts.
 *
 * The request carries a tag; a copy of the request takes it along. From Java: `HandspanRequests.rumAttributes(builder, attributes)`.
 *
 * @return this builder.
 */
public fun Request.Builder.rumAttributes(attributes: Map<String, Any?>): Request.Builder {
    val dropped = AtomicLong()
    val read = AttributeReader(dropped).attributes(attributes)
    return tag(RequestAttributes::class.java, RequestAttributes(read, dropped.get()))
}
