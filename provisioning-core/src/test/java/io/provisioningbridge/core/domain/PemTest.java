package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    private static final String REQUEST = """
            -----BEGIN CERTIFICATE REQUEST-----
            MIHOMHcCAQAwFTETMBEGA1UEAwwKZGV2aWNlLTAwMTBZMBMGByqGSM49AgEGCCqG
            SM49AwEHA0IABEsEF96A3XKmA7Z/huwbMcJylUAvbONigR7PGg+gkOGs7+tYy1QA
            uuw8wJ0cs7UdWWH5MuSY3spy59b3tNw6qnGgADAKBggqhkjOPQQDAgNHADBEAiB2
            WVzRM+GZ0mNmFddmse1W8FXlurV7P3YQfUsDEuWaKwIgL0EjMfnaYwXCg1kJ57X8
            r4uoiYpnqT77QnZBh6EuEf8=
            -----END CERTIFICATE REQUEST-----
            """;
    private static final String ROOT = """
            -----BEGIN CERTIFICATE-----
            MIIBfzCCASWgAwIBAgIURgsokABqYzc17E2wdjJto0B75YkwCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJVGVzdCBSb290MCAXDTI2MTEyMzIwMTMyNVoYDzIxMjYxMDMw
            MjAxMzI1WjAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAARB8hVDHQQ3oEdO2+11vC/tFa61FqlrSo2JmQaAJBV9PUfD8SZWugtn
            vTikYxJBUMGGNKv0f+f06lJTt7XozGaWo1MwUTAdBgNVHQ4EFgQUNxgLIAgjl8F+
            sL1i56gNKOvLxmcwHwYDVR0jBBgwFoAUNxgLIAgjl8F+sL1i56gNKOvLxmcwDwYD
            VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBfDCNyMe/ubd8Ec+cBYtjO
            Uy9UqIY4uuV5Lvns7xyb/QIhAIPccYXgrlnaDf7sR3CCZ4w5CnaayeI2ZKTba65o
            /Qto
            -----END CERTIFICATE-----
            """;
    private static final String ISSUING = """
            -----BEGIN CERTIFICATE-----
            MIIBjDCCATGgAwIBAgIUD/8Ju/m2uMVjb+spY3rk4Gbn9kswCgYIKoZIzj0EAwIw
            GjEYMBYGA1UEAwwPVGVzdCBJc3N1aW5nIENBMCAXDTI2MTEyMzIwMTMyNVoYDzIx
            MjYxMDMwMjAxMzI1WjAaMRgwFgYDVQQDDA9UZXN0IElzc3VpbmcgQ0EwWTATBgcq
            hkjOPQIBBggqhkjOPQMBBwNCAATfoMxOGYmtaDsiqMUVM858+N4LPJrEZIvEfF5n
            zkK2FQemxXtZp5srHZf0sXY1Mb0mJSkd2opEINiOaoedoWJdo1MwUTAdBgNVHQ4E
            FgQUCFo1yyryna9HE74GgOzE4PzKLiowHwYDVR0jBBgwFoAUCFo1yyryna9HE74G
            gOzE4PzKLiowDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAldBo
            Oneh+JhTklm4fnWRvm3fLDHkUqjqHzZQEiU5UQ8CIQCovTh83MCFF+7JUl7P/jIR
            DM+rt/VrYjkF/VRDzts/pw==
            -----END CERTIFICATE-----
            """;

    @Test
    void requestShouldBeReadAndWrittenWithoutLoss() {
        byte[] der = Pem.parseRequest(REQUEST).orThrow();

        assertThat(der).hasSize(209).startsWith(0x30);
        assertThat(Pem.of("CERTIFICATE REQUEST", der)).isEqualTo(REQUEST);
    }

    @Test
    void requestShouldBeReadInEveryFormToolsWriteIt() {
        byte[] der = Pem.parseRequest(REQUEST).orThrow();

        assertThat(Pem.parseRequest(REQUEST.replace("\n", "\r\n")).orThrow()).isEqualTo(der);
        assertThat(Pem.parseRequest(REQUEST.strip()).orThrow()).isEqualTo(der);
        assertThat(Pem.parseRequest(REQUEST + "\n \t\n").orThrow()).isEqualTo(der);
        assertThat(Pem.parseRequest(REQUEST.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"))
                        .orThrow())
                .isEqualTo(der);
        assertThat(Pem.parseRequest("Certificate Request:\n    Data:\n        Version: 1\n" + REQUEST)
                        .orThrow())
                .isEqualTo(der);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not PEM",
                "MIHOMHcCAQAw",
                "-----BEGIN CERTIFICATE REQUEST-----",
                "-----BEGIN CERTIFICATE REQUEST-----\nMIHO\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE REQUEST-----\nProc-Type: 4,ENCRYPTED\n\nMIHO\n-----END CERTIFICATE REQUEST-----",
                "-----BEGIN CERTIFICATE REQUEST-----\nM\n-----END CERTIFICATE REQUEST-----",
                "-----BEGIN CERTIFICATE REQUEST-----\nMI=O\n-----END CERTIFICATE REQUEST-----",
                "-----BEGIN PRIVATE KEY-----\nMIHO\n-----END PRIVATE KEY-----",
                "-----begin certificate request-----\nMIHO\n-----end certificate request-----"
            })
    void parseRequestShouldRefuseWhatIsNotOneRequest(String text) {
        assertThat(Pem.parseRequest(text).value()).isEmpty();
    }

    @Test
    void parseRequestShouldRefuseCompany() {
        assertThat(Pem.parseRequest(REQUEST + REQUEST).value()).isEmpty();
        assertThat(Pem.parseRequest(REQUEST + "x").value()).isEmpty();
        assertThat(Pem.parseRequest(ROOT + REQUEST).value()).isEmpty();
    }

    @Test
    void parseRequestShouldAnswerQuicklyWhateverTheText() {
        // The largest text a request may have, made of what the pattern could try again and again.
        String text = "-----BEGIN CERTIFICATE REQUEST-----" + "A ".repeat(CertificateSigningRequest.MAX_SIZE / 2);
        String begins = "-----BEGIN A-----".repeat(CertificateSigningRequest.MAX_SIZE / 17);

        assertThat(Pem.parseRequest(text).value()).isEmpty();
        assertThat(Pem.parseRequest(begins).value()).isEmpty();
    }

    @Test
    void certificatesShouldBeReadInTheirOrderAndNothingElse() {
        List<X509Certificate> chain = Pem.parseCertificates(
                        "issuing first\n" + ISSUING + "-----BEGIN X-----\nMIHO\n-----END X-----\n" + ROOT)
                .orThrow();

        assertThat(chain)
                .extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=Test Issuing CA", "CN=Test Root");
        assertThat(Pem.of(chain)).isEqualTo(ISSUING + ROOT);
        assertThat(Pem.of(chain.get(1))).isEqualTo(ROOT);
    }

    @Test
    void parseCertificatesShouldSayWhichOneCannotBeRead() {
        String broken = "-----BEGIN CERTIFICATE-----\nMIHO\n-----END CERTIFICATE-----\n";

        assertThat(Pem.parseCertificates(ROOT + broken).<String>fold(List::toString, problem -> problem))
                .isEqualTo("certificate 2 of the text cannot be read");
        assertThat(Pem.parseCertificates("").orThrow()).isEmpty();
    }

    @Test
    void certificateShouldRefuseOtherDer() {
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> Pem.certificate("no certificate".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void linesShouldHave64Characters() {
        assertThat(Pem.of("X", new byte[100]).lines().map(String::length)).containsExactly(17, 64, 64, 8, 15);
    }
}
