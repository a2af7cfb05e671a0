package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reloader beside a server that reads its configuration only once; the cases are in its own test script. */
@RequiresServer({"wireguard-go", "wg", "ip", "unshare", "busybox", "dash"})
final class ApplyPeersTest {

    private static final String SCRIPT = "../deploy/wireguard/tests/apply-peers-test.sh";

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox sh"})
    void fileShouldBeAppliedOrRefusedAsAWhole(String shell) throws IOException, InterruptedException {
        Programs.assumeWorks("unshare", "--net", "--mount", "true");

        Programs.Ended ended = Programs.run("", Programs.under(List.of("dash", SCRIPT), List.of(shell.split(" "))));

        assertThat(ended.status()).as(ended.output()).isZero();
    }

    @Test
    @RequiresServer("shellcheck")
    void shellcheckShouldFindNothing() throws IOException, InterruptedException {
        Programs.Ended ended = Programs.run("", List.of("shellcheck", "../deploy/wireguard/apply-peers.sh", SCRIPT));

        assertThat(ended.status()).as(ended.output()).isZero();
    }
}
