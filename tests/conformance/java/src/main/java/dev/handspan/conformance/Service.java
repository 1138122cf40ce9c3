package dev.handspan.conformance;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.json.JSONObject;

/**
 * A servlet on Tomcat for a tracer to trace. Asked for anything, it answers with what the tracer made of the request.
 *
 * <p>Usage: {@code Service READER}. It listens on a free port of 127.0.0.1, says so on its first line of standard output, and
 * ends when its standard input closes.
 */
public final class Service {
    private Service() {}

    public static void main(String[] arguments) throws Exception {
        Reader reader = reader(arguments[0]);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("conformance").toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        Context context = tomcat.addContext("", new File(".").getAbsolutePath());
        reader.install(context);
        Tomcat.addServlet(context, "answer", new Answer(reader));
        context.addServletMappingDecoded("/", "answer");
        tomcat.start();
        System.out.println(new JSONObject(
            Map.of("listening", "http://127.0.0.1:" + tomcat.getConnector().getLocalPort())));
        System.in.transferTo(OutputStream.nullOutputStream());
        // Not exit: hooks of agents that wait for a collector would hold the end up.
        Runtime.getRuntime().halt(0);
    }

    private static Reader reader(String name) {
        return switch (name) {
            case "datadog" -> new DatadogReader();
            case "opentelemetry" -> new OpenTelemetryReader();
            case "brave" -> new BraveReader();
            case "skywalking" -> new SkyWalkingReader();
            default -> throw new IllegalArgumentException("no reader " + name);
        };
    }

    /** Answers with what was continued. */
    private static final class Answer extends HttpServlet {
        private final transient Reader reader;

        Answer(Reader reader) {
            this.reader = reader;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = reader.continued(request).toString().getBytes(StandardCharsets.UTF_8);
            response.setContentType("application/json");
            response.getOutputStream().write(body);
        }
    }
}
