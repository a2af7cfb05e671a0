package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.Pem;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads the certificates that come with every leaf, and remembers the last ones by their text: they change when the
 * authority gets another issuing CA. Safe for concurrent use.
 */
final class RepeatedPem {

    private record Entry(List<String> texts, List<X509Certificate> certificates) {}

    private final AtomicReference<Entry> last = new AtomicReference<>(new Entry(List.of(), List.of()));

    /** What can be read of them, in their order. */
    List<X509Certificate> readAll(List<String> texts) {
        Entry known = last.get();
        if (known.texts().equals(texts)) {
            return known.certificates();
        }
        List<X509Certificate> certificates =
                texts.stream().flatMap(text -> read(text).stream()).toList();
        last.set(new Entry(List.copyOf(texts), certificates));
        return certificates;
    }

    /** Those of one text, which is not remembered; none when any of them cannot be read. */
    static List<X509Certificate> read(String text) {
        return Pem.parseCertificates(text).value().orElse(List.of());
    }
}
