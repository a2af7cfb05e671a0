package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.SignedRequestReader;
import io.provisioningbridge.core.port.SignedRequestReader.Reading;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SelfSigned;
import io.provisioningbridge.testkit.fixture.SignedRequestBuilder;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests as devices sign them: with the command line of OpenSSL. */
class SignedRequestsOfOpenSslTest {

    private static final String JSON = "{\"csr_pem\": \"…\",\n \"confirm\": true}\n";

    private final SignedRequestReader reader = new BouncyCastleSignedRequestReader();

    @TempDir
    Path directory = Path.of("unset");

    /** Kinds of key, and options that somebody may add. */
    static Stream<Arguments> devices() {
        List<List<String>> keys = List.of(
                List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
                List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
                List.of("RSA", "-pkeyopt", "rsa_keygen_bits:2048"));
        List<String> options = List.of(
                "",
                "-noattr",
                "-nosmimecap",
                "-md sha256",
                "-md sha384",
                "-md sha512",
                "-keyid",
                "-stream",
                "-stream -noattr",
                "-certfile ca.crt");
        return keys.stream().flatMap(key -> options.stream().map(option -> Arguments.of(key, option)));
    }

    @ParameterizedTest
    @MethodSource("devices")
    @RequiresServer("openssl")
    void readShouldTakeWhatOpenSslSigns(List<String> key, String options) throws IOException, InterruptedException {
        X509Certificate certificate = device(key);
        Files.writeString(directory.resolve("ca.crt"), Pem.of(SelfSigned.certificate(DeviceKey.p256(), "ca")));

        byte[] cms = sign(options);

        assertThat(reader.read(cms)).isInstanceOfSatisfying(Reading.Signed.class, signed -> {
            assertThat(new String(signed.content().bytes(), StandardCharsets.UTF_8))
                    .isEqualTo(JSON);
            assertThat(signed.signer()).isEqualTo(certificate);
        });
    }

    @ParameterizedTest
    @MethodSource("refusedOptions")
    @RequiresServer("openssl")
    void readShouldRefuseOtherOptions(List<String> key, String options) throws IOException, InterruptedException {
        device(key);

        assertThat(reader.read(sign(options))).isInstanceOf(Reading.Broken.class);
    }

    /** What somebody may try, and is told that it is broken. */
    static Stream<Arguments> refusedOptions() {
        List<String> ec = List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-256");
        List<String> rsa = List.of("RSA", "-pkeyopt", "rsa_keygen_bits:2048");
        return Stream.of(
                Arguments.of(ec, "-nocerts"),
                Arguments.of(ec, "-md sha1"),
                Arguments.of(ec, "-econtent_type 1.2.3.4"),
                Arguments.of(rsa, "-keyopt rsa_padding_mode:pss"),
                Arguments.of(List.of("RSA", "-pkeyopt", "rsa_keygen_bits:1024"), ""),
                Arguments.of(List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-521"), ""));
    }

    @Test
    @RequiresServer("openssl")
    void readShouldTellWhenAnotherKeySignedOrTheContentWasChanged() throws IOException, InterruptedException {
        device(List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-256"));
        byte[] cms = sign("");
        int at = new String(cms, StandardCharsets.ISO_8859_1).indexOf("confirm");
        cms[at] = 'C';

        assertThat(reader.read(cms)).isInstanceOf(Reading.WrongSignature.class);
    }

    /** So that the builder's messages are what they claim to be. */
    @Test
    @RequiresServer("openssl")
    void builtRequestsShouldBeReadByOpenSsl() throws IOException, InterruptedException {
        List<SignedRequestBuilder> requests = new ArrayList<>();
        for (DeviceKey key : List.of(DeviceKey.p256(), DeviceKey.p384(), DeviceKey.rsa(2048))) {
            requests.add(request().signer(key));
            requests.add(request().signer(key).withoutAttributes().digest("SHA-384"));
            requests.add(request().signer(key).openLengths().byKeyIdentifier());
        }
        for (SignedRequestBuilder request : requests) {
            Files.write(directory.resolve("request.cms"), request.cms());

            run("cms -verify -binary -noverify -inform DER -in request.cms -out request.out");

            assertThat(directory.resolve("request.out")).hasContent(JSON);
        }
    }

    private static SignedRequestBuilder request() {
        return SignedRequestBuilder.of(JSON.getBytes(StandardCharsets.UTF_8));
    }

    private X509Certificate device(List<String> key) throws IOException, InterruptedException {
        run("genpkey -out device.key -algorithm " + String.join(" ", key));
        run("req -x509 -new -key device.key -subj /CN=dev-1 -days 1 -out device.crt");
        Parsed<List<X509Certificate>> certificates =
                Pem.parseCertificates(Files.readString(directory.resolve("device.crt")));
        return certificates.value().orElseThrow().get(0);
    }

    private byte[] sign(String options) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("request.json"), JSON);
        run("cms -sign -binary -nodetach -outform DER -signer device.crt -inkey device.key -in request.json"
                + " -out request.cms " + options);
        return Files.readAllBytes(directory.resolve("request.cms"));
    }

    private void run(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments.strip().split(" +")));
        Path output = directory.resolve("output");
        int status = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        assertThat(status).as(() -> arguments + ": " + readable(output)).isZero();
    }

    private static String readable(Path output) {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
