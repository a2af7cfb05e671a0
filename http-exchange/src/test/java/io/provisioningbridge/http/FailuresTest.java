package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void causeShouldBeFoundWhereverItLies() {
        assertThat(Failures.inWords(new ConnectException().initCause(new UnresolvedAddressException())))
                .isEqualTo("its host name cannot be resolved");
        assertThat(Failures.inWords(new IOException(new UnknownHostException("x"))))
                .isEqualTo("its host name cannot be resolved");
        assertThat(Failures.inWords(new HttpConnectTimeoutException("HTTP connect timed out")))
                .isEqualTo("no connection within the connect time-out");
        assertThat(Failures.inWords(new ConnectException())).isEqualTo("connection refused or no route");
    }

    @Test
    void deepestMessageShouldBeTheReason() {
        assertThat(Failures.inWords(new SSLHandshakeException("outer").initCause(new IOException("No name matches"))))
                .isEqualTo("TLS: No name matches");
        assertThat(Failures.inWords(new IOException("the reason", new ClosedChannelException())))
                .isEqualTo("the reason");
    }

    @Test
    void failureWithoutAWordShouldBeNamed() {
        assertThat(Failures.inWords(new ClosedChannelException())).isEqualTo("ClosedChannelException");
        assertThat(Failures.inWords(null)).isEqualTo("unknown failure");
    }

    @Test
    void circleOfCausesShouldNotBeWalkedForEver() {
        IOException first = new IOException("first");
        first.initCause(new IOException("second", first));

        assertThat(Failures.inWords(first)).isEqualTo("second");
    }
}
