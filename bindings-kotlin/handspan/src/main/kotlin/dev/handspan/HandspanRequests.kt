@file:JvmName("HandspanRequests")

package dev.handspan

import dev.handspan.internal.KeptTrace
import okhttp3.Request

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
