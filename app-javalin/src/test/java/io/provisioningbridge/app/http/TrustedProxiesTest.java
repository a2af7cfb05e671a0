package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.config.IpNetwork;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {

    private final TrustedProxies proxies = TrustedProxies.of(
            IpNetwork.parseList("10.0.0.0/8, 192.0.2.7,fd00::/8").orThrow());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.1 | 203.0.113.9              | 198.51.100.1 | a stranger is not believed",
                "10.0.0.1     |                          | 10.0.0.1     | no header",
                "10.0.0.1     | 203.0.113.9              | 203.0.113.9  | one hop",
                "10.0.0.1     | 1.1.1.1, 203.0.113.9     | 203.0.113.9  | what stands left of the client is its own word",
                "10.0.0.1     | 203.0.113.9, 10.2.3.4    | 203.0.113.9  | through two proxies",
                "10.0.0.1     | 203.0.113.9,192.0.2.7, fd00::1 | 203.0.113.9  | proxies of both families",
                "10.0.0.1     | 10.9.9.9                 | 10.9.9.9     | a client inside the trusted network",
                "10.0.0.1     | 203.0.113.9, unknown     | 10.0.0.1     | a hop that does not say who it is",
                "10.0.0.1     | 203.0.113.9, evil.example| 10.0.0.1     | a name is never looked up",
                "10.0.0.1     | 203.0.113.9:4711         | 203.0.113.9  | with a port",
                "10.0.0.1     | [2001:db8::1]:4711       | 2001:db8:0:0:0:0:0:1 | IPv6 with a port",
                "10.0.0.1     | 2001:db8::1              | 2001:db8:0:0:0:0:0:1 | IPv6",
                "10.0.0.1     | ::ffff:203.0.113.9       | 203.0.113.9  | IPv4 mapped into IPv6",
                "fd00::5      | 203.0.113.9              | 203.0.113.9  | an IPv6 proxy",
                "192.0.2.8    | 203.0.113.9              | 192.0.2.8    | next to a trusted address",
                "10.0.0.1     | 300.1.1.1                | 10.0.0.1     | not an address",
                "10.0.0.1     | ,,,                      | 10.0.0.1     | nothing"
            })
    void clientShouldBeTheRightmostUntrustedAddress(String peer, String header, String client, String why)
            throws Exception {
        List<String> forwardedFor = header == null ? List.of() : List.of(header);

        assertThat(proxies.clientOf(InetAddress.getByName(peer), List.of(), forwardedFor)
                        .getHostAddress())
                .as(why)
                .isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=203.0.113.9                                  | 203.0.113.9",
                "For=\"203.0.113.9:80\";proto=https;by=10.0.0.1   | 203.0.113.9",
                "by=10.0.0.1; for=203.0.113.9                     | 203.0.113.9",
                "for=\"[2001:db8::1]:4711\"                       | 2001:db8:0:0:0:0:0:1",
                "for=1.1.1.1, for=203.0.113.9, for=10.3.3.3       | 203.0.113.9",
                "for=203.0.113.9, for=_hidden                     | 10.0.0.1",
                "for=203.0.113.9, proto=https                     | 10.0.0.1",
                "xfor=203.0.113.9                                 | 10.0.0.1"
            })
    void forwardedShouldBeReadAsItsStandardSays(String header, String client) throws Exception {
        assertThat(proxies.clientOf(InetAddress.getByName("10.0.0.1"), List.of(header), List.of())
                        .getHostAddress())
                .isEqualTo(client);
    }

    @Test
    void neitherHeaderShouldBeBelievedWhenTheyDisagree() throws Exception {
        InetAddress proxy = InetAddress.getByName("10.0.0.1");

        assertThat(proxies.clientOf(proxy, List.of("for=1.1.1.1"), List.of("203.0.113.9")))
                .isEqualTo(proxy);
        assertThat(proxies.clientOf(proxy, List.of("for=203.0.113.9"), List.of("203.0.113.9"))
                        .getHostAddress())
                .isEqualTo("203.0.113.9");
    }

    @Test
    void severalHeadersShouldCountAsOneList() throws Exception {
        assertThat(proxies.clientOf(
                                InetAddress.getByName("10.0.0.1"),
                                List.of(),
                                List.of("1.1.1.1", "203.0.113.9, 10.1.1.1"))
                        .getHostAddress())
                .isEqualTo("203.0.113.9");
    }
}
