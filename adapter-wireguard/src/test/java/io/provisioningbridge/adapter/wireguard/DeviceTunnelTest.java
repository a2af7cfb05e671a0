package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The device's end of the tunnel; the cases are in the device's own test script. */
@RequiresServer({"wireguard-go", "wg", "wg-quick", "ip", "ping", "unshare", "openssl", "busybox", "dash"})
final class DeviceTunnelTest {

    private static final String SCRIPT = "../device/tests/tunnel-test.sh";

    @ParameterizedTest
    @ValueSource(strings = {"plain busybox sh", "wg-quick dash"})
    void tunnelShouldFollowTheDevicesIdentityAndItsServer(String how) throws IOException, InterruptedException {
        Programs.assumeWorks("unshare", "--net", "--mount", "true");

        Programs.Ended ended = Programs.run("", Programs.under(List.of("dash", SCRIPT), List.of(how.split(" "))));

        assertThat(ended.status()).as(ended.output()).isZero();
    }

    @Test
    @RequiresServer("shellcheck")
    void shellcheckShouldFindNothing() throws IOException, InterruptedException {
        Programs.Ended ended = Programs.run(
                "",
                List.of(
                        "shellcheck",
                        "../device/tunnel.sh",
                        "../device/lib/tunnel.sh",
                        "../device/init/S70bridge-tunnel",
                        SCRIPT));

        assertThat(ended.status()).as(ended.output()).isZero();
    }
}
