package io.provisioningbridge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EmbeddedBridgeTest {

    @Test
    void exampleShouldEnrollOneDeviceAndRefuseAnother() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        EmbeddedBridge.run(new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("pump-7 has 10.8.0.2 and a certificate until ")
                .contains("pump-7 was refused: The request's common name must be exactly the device id")
                .contains("addresses: {pump-7=10.8.0.2}");
    }
}
