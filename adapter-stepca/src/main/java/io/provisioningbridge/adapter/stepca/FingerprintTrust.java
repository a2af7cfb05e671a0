package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Exchange;
import io.provisioningbridge.http.Failures;
import io.provisioningbridge.http.Reply;
import io.provisioningbridge.http.Trust;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Turns a fingerprint into a trust anchor, by asking the server itself for the certificate that has it.
 *
 * <p>This is the only class that talks to a server it has not verified. It sends nothing but the paths asked for, and uses
 * nothing of what it receives but the one certificate whose SHA-256, over the certificate encoded anew, is the one expected.
 * Stateless, safe for concurrent use.
 */
public final class FingerprintTrust {

    private static final int MAX_BODY = 256 * 1024;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private FingerprintTrust() {}

    /**
     * From step-ca. It hands a root out under its fingerprint, but no intermediate (observed: step-ca v0.30.2): those are
     * looked for in the chain it presents and in the list of its intermediates. The roots are asked for last, to be able to
     * say what an operator should have configured.
     *
     * @param url step-ca's base URL
     * @param timeout for all of it
     * @throws BackendUnavailableException the server is not reached, or shows no CA certificate with that fingerprint; the
     *     message then names those it shows
     */
    public static PinnedTrust ofStepCa(URI url, CertificateFingerprint expected, Duration timeout) {
        return find(url, List.of("/root/" + expected, "/1.0/intermediates", "/roots"), expected, Deadline.in(timeout));
    }

    /**
     * From a bridge, which answers any CA certificate of its chain under its fingerprint.
     *
     * @param url the bridge's public URL
     * @param timeout for all of it
     * @throws BackendUnavailableException as {@link #ofStepCa} does
     */
    public static PinnedTrust ofBridge(URI url, CertificateFingerprint expected, Duration timeout) {
        return find(url, List.of("/pki/roots/" + expected, "/pki/roots"), expected, Deadline.in(timeout));
    }

    private static PinnedTrust find(URI url, List<String> paths, CertificateFingerprint expected, Deadline deadline) {
        AcceptsAnything seen = new AcceptsAnything();
        Exchange unverified = new Exchange(unverifiedClient(seen), MAX_BODY);
        for (String path : paths) {
            seen.add(certificatesIn(get(unverified, Urls.below(url, path), deadline)));
            Optional<X509Certificate> match = seen.withFingerprint(expected);
            if (match.isPresent()) {
                return pinned(match.get(), url);
            }
        }
        throw unavailable("no certificate that " + url + " shows has the fingerprint " + expected
                + "; the CA certificates it shows are: " + seen.authorities());
    }

    private static PinnedTrust pinned(X509Certificate anchor, URI url) {
        if (anchor.getBasicConstraints() < 0 && !Chains.selfSigned(anchor)) {
            throw unavailable("the fingerprint " + CertificateFingerprint.of(anchor) + " is that of " + url
                    + "'s own short-lived certificate; configure that of its root or of its issuing CA");
        }
        return new PinnedTrust(anchor, Trust.in(List.of(anchor)));
    }

    private static HttpClient unverifiedClient(AcceptsAnything seen) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {seen}, null);
            return Exchange.client(CONNECT_TIMEOUT).sslContext(context).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** The body of a success, otherwise nothing: then the chain presented with it is all there is to look at. */
    private static String get(Exchange unverified, URI url, Deadline deadline) {
        try {
            Reply reply = unverified.send(HttpRequest.newBuilder(url).build(), deadline);
            return reply.successful() ? reply.text() : "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted while asking " + url);
        } catch (TimeoutException e) {
            throw unavailable("no answer from " + url + " in time");
        } catch (ExecutionException e) {
            throw new BackendUnavailableException(
                    url + " cannot be read: " + Failures.inWords(e.getCause()), Effect.NONE, e);
        }
    }

    /** Every certificate in a text, be it PEM or JSON with PEM in it: what counts is the hash. */
    private static List<X509Certificate> certificatesIn(String text) {
        return Pem.parseCertificates(text.replace("\\r", "").replace("\\n", "\n"))
                .value()
                .orElse(List.of());
    }

    private static BackendUnavailableException unavailable(String message) {
        return new BackendUnavailableException(message, Effect.NONE);
    }

    /** Lets every server pass, and keeps what it showed. */
    private static final class AcceptsAnything extends X509ExtendedTrustManager {

        private final Map<CertificateFingerprint, X509Certificate> seen =
                new ConcurrentSkipListMap<>(Comparator.comparing(CertificateFingerprint::hex));

        void add(Collection<X509Certificate> certificates) {
            certificates.forEach(certificate -> seen.put(CertificateFingerprint.of(certificate), certificate));
        }

        Optional<X509Certificate> withFingerprint(CertificateFingerprint expected) {
            return Optional.ofNullable(seen.get(expected));
        }

        String authorities() {
            String list = seen.entrySet().stream()
                    .filter(entry -> entry.getValue().getBasicConstraints() >= 0)
                    .map(entry -> entry.getKey() + " (" + entry.getValue().getSubjectX500Principal() + ")")
                    .collect(Collectors.joining(", "));
            return list.isEmpty() ? "none" : list;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            add(List.of(chain));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            add(List.of(chain));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            add(List.of(chain));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw notAServer();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw notAServer();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw notAServer();
        }

        private static CertificateException notAServer() {
            return new CertificateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
