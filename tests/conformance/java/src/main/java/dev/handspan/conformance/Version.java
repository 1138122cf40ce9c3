package dev.handspan.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions of what is running. */
final class Version {
    private static final Pattern JAR = Pattern.compile(".*-(\\d[^/]*)\\.jar");
    private static final String AGENT = "-javaagent:";

    private Version() {}

    /** Version in the name of the jar that a class came from: not every library says it inside. */
    static String of(Class<?> type) {
        String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        Matcher matcher = JAR.matcher(jar);
        if (!matcher.matches()) {
            throw new IllegalStateException(jar + " does not say its version");
        }
        return matcher.group(1);
    }

    /** Version of the agent that this process was started with. */
    static String ofAgent() {
        String jar = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith(AGENT))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("started without an agent"))
            .substring(AGENT.length());
        try (JarFile file = new JarFile(jar)) {
            return file.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
