package io.provisioningbridge.adapter.stepca;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedPemTest {

    private final CertificateHierarchy one = CertificateHierarchy.of("Root 1", "Issuing CA 1");
    private final CertificateHierarchy two = CertificateHierarchy.of("Root 2", "Issuing CA 2");
    private final RepeatedPem pem = new RepeatedPem();

    @Test
    void sameTextsShouldBeReadOnce() {
        List<X509Certificate> first = pem.readAll(texts(one));

        assertThat(first).isEqualTo(one.authorities());
        assertThat(pem.readAll(texts(one))).isSameAs(first);
    }

    @Test
    void otherTextsShouldBeReadAnew() {
        pem.readAll(texts(one));

        assertThat(pem.readAll(texts(two))).isEqualTo(two.authorities());
        assertThat(pem.readAll(texts(one).subList(0, 1))).containsExactly(one.issuing());
        assertThat(pem.readAll(List.of())).isEmpty();
        assertThat(pem.readAll(texts(one))).isEqualTo(one.authorities());
    }

    @Test
    void whatCannotBeReadShouldBeLeftOut() {
        assertThat(pem.readAll(List.of("", Pem.of("CERTIFICATE", new byte[] {1, 2}), Pem.of(one.issuing()))))
                .containsExactly(one.issuing());
    }

    private static List<String> texts(CertificateHierarchy hierarchy) {
        return hierarchy.authorities().stream().map(Pem::of).toList();
    }
}
