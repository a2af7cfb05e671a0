package io.provisioningbridge.app.tls;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the bridge's own certificate is to be good for. */
public final class ServerNames {

    private static final Pattern DNS_NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    private ServerNames() {}

    /** The host of the URL devices use. @throws IllegalArgumentException if it has none */
    public static List<String> of(URI publicUrl) {
        String host = publicUrl.getHost();
        if (host == null) {
            throw new IllegalArgumentException("'" + publicUrl + "' names no host");
        }
        return List.of(host.replace("[", "").replace("]", "").toLowerCase(Locale.ROOT));
    }

    /** This machine's name where it is a proper one, {@code localhost}, and both loopback addresses. */
    public static List<String> ofThisHost() {
        List<String> names = new ArrayList<>();
        String host = hostName();
        if (DNS_NAME.matcher(host).matches() && !host.equals("localhost")) {
            names.add(host);
        }
        names.addAll(List.of("localhost", "127.0.0.1", "::1"));
        return List.copyOf(names);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException noNameService) {
            return "";
        }
    }
}
