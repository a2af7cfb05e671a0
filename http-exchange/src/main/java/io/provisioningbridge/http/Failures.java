package io.provisioningbridge.http;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong on a connection. The JDK's own messages are often missing or lie in a cause. Stateless. */
public final class Failures {

    private static final int DEPTH = 10;

    private Failures() {}

    /** @param failure {@code null} when there is none to be had */
    public static String inWords(@Nullable Throwable failure) {
        if (failure == null) {
            return "unknown failure";
        }
        if (has(failure, UnresolvedAddressException.class) || has(failure, UnknownHostException.class)) {
            return "its host name cannot be resolved";
        }
        if (has(failure, HttpConnectTimeoutException.class)) {
            return "no connection within the connect time-out";
        }
        if (has(failure, ConnectException.class)) {
            return "connection refused or no route";
        }
        String prefix = has(failure, SSLException.class) ? "TLS: " : "";
        return prefix + deepestMessage(failure);
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        Throwable current = failure;
        for (int i = 0; i < DEPTH && current != null; i++) {
            if (type.isInstance(current)) {
                return true;
            }
            current = current.getCause();
        }
        return false;
    }

    private static String deepestMessage(Throwable failure) {
        String words = failure.getClass().getSimpleName();
        Throwable current = failure;
        for (int i = 0; i < DEPTH && current != null; i++) {
            String message = current.getMessage();
            if (message != null && !message.isBlank()) {
                words = message;
            }
            current = current.getCause();
        }
        return words;
    }
}
