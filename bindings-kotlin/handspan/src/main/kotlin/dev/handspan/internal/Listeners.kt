package dev.handspan.internal

import okhttp3.EventListener
import java.lang.reflect.Method

/**
 * Both listeners as one, [first] before [second].
 *
 * OkHttp 5.3 and newer do it themselves, and then no event is lost that they have and 4.12 has not. Only 4.12 is known
 * when this is compiled, hence the reflection; R8 and ProGuard understand this form and keep the method.
 */
internal fun together(first: EventListener, second: EventListener): EventListener {
    val own = plus ?: return ListenerPair(first, second)
    return own.invoke(first, second) as EventListener
}

private val plus: Method? = try {
    EventListener::class.java.getMethod("plus", EventListener::class.java)
} catch (_: NoSuchMethodException) {
    null
}
