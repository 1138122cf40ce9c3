package dev.handspan;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import okhttp3.Request;

/** An app in Java: it says one of everything, by the shortest call and by the longest. */
final class JavaApp {
    private JavaApp() {}

    static HandspanConfiguration configuration() {
        return new HandspanConfiguration.Builder("token", "app")
            .trackBackgroundEvents(false)
            .syntheticsTest(new SyntheticsTest("test", "result"))
            .captureHeaders(Collections.singletonList("x-app"))
            .viewEventMapper(event -> {
                event.setViewUrl("/mapped");
                return event;
            })
            .errorEventMapper(event -> null)
            .build();
    }

    static void saysEverything(Handspan handspan) {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("n", 1);
        attributes.put("nothing", null);
        handspan.setUser("u");
        handspan.setUser("u", "name", "mail@example.com", attributes);
        handspan.clearUser();
        handspan.setAccount("a");
        handspan.setAccount("a", "name", attributes);
        handspan.clearAccount();
        handspan.clearAllData();

        HandspanMonitor rum = handspan.getRum();
        rum.startView("key", "Name");
        rum.startView(handspan, "Name", attributes);
        rum.startView("key", "Name", attributes, "/route");
        rum.stopView("key");
        rum.stopView("key", attributes);
        rum.addViewTiming("hero");
        rum.addViewLoadingTime();
        rum.addViewLoadingTime(true);
        rum.setViewAttributes(attributes);
        rum.removeViewAttributes(Collections.singleton("n"));
        rum.addAction(ActionType.TAP, "Buy");
        rum.addAction(ActionType.TAP, "Buy", attributes);
        rum.startAction(ActionType.SCROLL, "List");
        rum.startAction(ActionType.SCROLL, "List", attributes);
        rum.stopAction();
        rum.stopAction(ActionType.SWIPE, null);
        rum.stopAction(ActionType.SWIPE, "List", attributes);
        rum.addError("broken", ErrorSource.SOURCE);
        rum.addError("broken", ErrorSource.SOURCE, new IllegalStateException("why"));
        rum.addError("broken", ErrorSource.SOURCE, null, attributes);
        RumErrorDetails details = new RumErrorDetails("broken");
        details.setHandling(ErrorHandling.HANDLED);
        rum.addError(details);
        rum.startResource("r", "GET", "https://a.test/");
        rum.startResource("r", "GET", "https://a.test/", attributes);
        rum.stopResource("r", 200, 12L, ResourceKind.IMAGE);
        rum.stopResource("r", null, null, ResourceKind.IMAGE, attributes);
        rum.stopResourceWithError("r", null, "gone");
        rum.stopResourceWithError("r", 500, "gone", new RuntimeException());
        rum.stopResourceWithError("r", 500, "gone", null, attributes);
        rum.addLongTask(800_000_000L);
        rum.addLongTask(800_000_000L, attributes);
        rum.addPerformanceSample(1e6, null, 60.0);
        rum.addDurationVital("boot", 5L);
        rum.addDurationVital("boot", 5L, "cold", attributes);
        rum.startOperation("login");
        rum.startOperation("login", "1");
        rum.startOperation("login", "1", attributes);
        rum.updateOperation("login");
        rum.retryOperation("login");
        rum.succeedOperation("login");
        rum.failOperation("login", null, OperationFailureReason.ABANDONED);
        rum.failOperation("login", "1", OperationFailureReason.ERROR, attributes);
        rum.addAppLaunch(AppLaunchMetric.TIME_TO_FULL_DISPLAY, 5L, StartupType.COLD_START);
        rum.addAppLaunch(AppLaunchMetric.TIME_TO_FULL_DISPLAY, 5L, StartupType.COLD_START, true);
        rum.addFeatureFlag("dark", true);
        rum.setAttribute("tier", "gold");
        rum.removeAttribute("tier");
        rum.setConnectivity(new Connectivity(ConnectivityStatus.CONNECTED));
        rum.setConnectivity(new Connectivity(
            ConnectivityStatus.CONNECTED, new HashSet<>(Arrays.asList(ConnectivityInterface.WIFI)), "LTE", "carrier"));
        rum.stopSession();

        HandspanLogger logger = handspan.logger();
        logger.debug("d");
        logger.info("i", new RuntimeException());
        logger.notice("n", null, attributes);
        logger.warn("w");
        logger.error("e");
        logger.critical("c");
        logger.log(LogLevel.INFO, "l");
        handspan.logger("named").setAttribute("a", 1);

        HandspanTracer tracer = handspan.getTracer();
        try (HandspanSpan span = tracer.startSpan("work"); HandspanScope scope = span.makeCurrent()) {
            span.setAttribute("a", 1).setError(new RuntimeException());
            tracer.startSpan("part", span).end();
            tracer.startSpan("root", null, attributes).end();
            tracer.withinSpan("inside", inside -> inside.getSpanId());
        }
    }

    /** What the Kotlin compiler would not let pass. */
    static void saysNothing(Handspan handspan) {
        handspan.setUser(null, null, null, null);
        handspan.setAccount(null);
        HandspanMonitor rum = handspan.getRum();
        rum.startView(null, null, null, null);
        rum.addAction(null, null, null);
        rum.addError(null, null, null, null);
        rum.addError(null);
        rum.stopResource(null, null, null, null, null);
        rum.setViewAttributes(null);
        rum.removeViewAttributes(null);
        rum.addFeatureFlag(null, null);
        rum.setAttribute(null, null);
        rum.setConnectivity(null);
        handspan.logger(null).info(null, null, null);
        handspan.logger().log(null, null);
        handspan.logger().removeAttribute(null);
        handspan.getTracer().startSpan(null, null, null).setAttribute(null, null).setError(null).end();
    }

    static Request request(HandspanSpan span) {
        Request.Builder builder = new Request.Builder().url("http://first.test/");
        HandspanRequests.graphQl(builder, GraphQlType.QUERY);
        HandspanRequests.graphQl(builder, GraphQlType.QUERY, "name", "{}", "query name { id }");
        HandspanRequests.rumAttributes(builder, Collections.singletonMap("a", 1));
        return HandspanRequests.parentSpan(builder, span).build();
    }
}
