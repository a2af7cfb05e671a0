package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.IssuedCertificate;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether a certificate can stand before the bridge's HTTPS listener. */
final class ServerLeaf {

    private static final int DNS = 2;
    private static final int IP = 7;
    private static final Pattern IP_LITERAL = Pattern.compile("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

    private ServerLeaf() {}

    /** In words, with the remedy; empty when nothing is wrong. */
    static String problemWith(IssuedCertificate issued, List<String> names) {
        X509Certificate leaf = issued.leaf();
        if (!ProvisionerAdvice.isForServers(leaf)) {
            return "what it issues is not for TLS servers (no serverAuth). Name another provisioner in"
                    + " BRIDGE_TLS_PROVISIONER_NAME, or have its template look at .Token.purpose, which is \"server\" here";
        }
        Set<String> missing = new HashSet<>();
        names.forEach(name -> missing.add(canonical(name)));
        missing.removeAll(namesIn(leaf));
        if (!missing.isEmpty()) {
            return "its certificate lacks the names " + missing + "; look at the sans of its template";
        }
        if (!Chains.complete(issued.authorities())
                || !Chains.signedBy(leaf, issued.authorities().get(0))) {
            return "the chain of its certificate does not link up to the root";
        }
        return "";
    }

    private static Set<String> namesIn(X509Certificate leaf) {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    int type = (Integer) alternative.get(0);
                    if (type == DNS || type == IP) {
                        names.add(canonical(String.valueOf(alternative.get(1))));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return Set.of();
        }
        return names;
    }

    /** One spelling for each address; a literal is never looked up. */
    private static String canonical(String name) {
        if (!IP_LITERAL.matcher(name).matches()) {
            return name.toLowerCase(Locale.ROOT);
        }
        try {
            return InetAddress.getByName(name).getHostAddress();
        } catch (UnknownHostException e) {
            return name;
        }
    }
}
