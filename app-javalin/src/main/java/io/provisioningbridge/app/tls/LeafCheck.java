package io.provisioningbridge.app.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether a certificate is good for our listener. */
final class LeafCheck {

    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int DNS = 2;
    private static final int IP = 7;
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private LeafCheck() {}

    /** What is wrong with a certificate that was just issued, for the log. */
    static Optional<String> problemWith(ServerIdentity identity, List<String> names, Instant now) {
        X509Certificate leaf = identity.leaf();
        if (!identity.keyFits()) {
            return Optional.of("it certifies another key than ours");
        }
        if (!isSignedByTheNext(identity.chain())) {
            return Optional.of("it came without the CA certificate that signed it");
        }
        if (!isForServers(leaf)) {
            return Optional.of(
                    "it lacks the extended key usage serverAuth, so devices would refuse it; let the CA issue with"
                            + " another provisioner (BRIDGE_TLS_PROVISIONER_NAME) or another template, or use certificates from"
                            + " elsewhere (BRIDGE_TLS=files)");
        }
        if (!covers(leaf, names)) {
            return Optional.of("it is not good for all of " + names + " but for " + namesOf(leaf));
        }
        if (leaf.getNotBefore().toInstant().isAfter(now.plus(CLOCK_SKEW)) || !identity.validAt(now)) {
            return Optional.of("it is valid from " + leaf.getNotBefore().toInstant() + " to " + identity.notAfter()
                    + " only; the CA's clock or ours is wrong");
        }
        return Optional.empty();
    }

    /** Whether the leaf names all of these. */
    static boolean covers(X509Certificate leaf, Collection<String> names) {
        Set<String> certified = namesOf(leaf);
        return names.stream().map(LeafCheck::canonical).allMatch(certified::contains);
    }

    private static boolean isSignedByTheNext(List<X509Certificate> chain) {
        if (chain.size() < 2) {
            return false;
        }
        try {
            chain.get(0).verify(chain.get(1).getPublicKey());
            return true;
        } catch (GeneralSecurityException signedByAnother) {
            return false;
        }
    }

    private static boolean isForServers(X509Certificate leaf) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            return usages == null || usages.contains(SERVER_AUTH) || usages.contains(ANY_USAGE);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static Set<String> namesOf(X509Certificate leaf) {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (name.get(0).equals(DNS) || name.get(0).equals(IP)) {
                    names.add(canonical((String) name.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            return Set.of();
        }
        return names;
    }

    /** One spelling for each name: {@code ::1} is {@code 0:0:0:0:0:0:0:1} in Java's certificates. */
    private static String canonical(String name) {
        if (!ADDRESS.matcher(name).matches()) {
            return name.toLowerCase(Locale.ROOT);
        }
        try {
            return InetAddress.getByName(name).getHostAddress();
        } catch (UnknownHostException notAnAddress) {
            return name;
        }
    }
}
