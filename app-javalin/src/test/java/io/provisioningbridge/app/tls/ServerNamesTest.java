package io.provisioningbridge.app.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ServerNamesTest {

    @Test
    void publicUrlShouldGiveItsHostAlone() {
        assertThat(ServerNames.of(URI.create("https://Bridge.Example.com:8443/prefix")))
                .containsExactly("bridge.example.com");
        assertThat(ServerNames.of(URI.create("https://[2001:db8::1]/"))).containsExactly("2001:db8::1");
        assertThatThrownBy(() -> ServerNames.of(URI.create("/nowhere"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thisHostShouldBeReachableByItsLoopbackNames() {
        assertThat(ServerNames.ofThisHost())
                .endsWith("localhost", "127.0.0.1", "::1")
                .doesNotHaveDuplicates();
    }
}
