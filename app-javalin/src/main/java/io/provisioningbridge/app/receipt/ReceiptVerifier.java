package io.provisioningbridge.app.receipt;

import io.provisioningbridge.core.domain.Parsed;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** Tells a receipt that the bridge signed from anything else. Asks nobody: the public key is enough. */
public final class ReceiptVerifier {

    private static final String ALGORITHM = AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256;
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.([A-Za-z0-9_-]*)");

    private ReceiptVerifier() {}

    /**
     * @param receipt as {@link ReceiptSigner#sign} made it; white space around it does not count
     * @return the JSON that was signed, in UTF-8; or why nobody should believe it
     */
    public static Parsed<byte[]> verify(String receipt, VerificationKey key) {
        Matcher compact = COMPACT.matcher(receipt.strip());
        if (!compact.matches()) {
            return Parsed.invalid("this is no receipt: it is not a JWS in compact form");
        }
        JsonWebSignature jws = new JsonWebSignature();
        try {
            jws.setCompactSerialization(compact.group());
            String problem = problemOf(jws, key);
            if (!problem.isEmpty()) {
                return Parsed.invalid(problem);
            }
            jws.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, ALGORITHM));
            jws.setKey(key.key());
            return isCanonical(compact.group(1)) && jws.verifySignature()
                    ? Parsed.valid(jws.getUnverifiedPayloadBytes())
                    : Parsed.invalid("the signature is wrong: the receipt was altered, or another key signed it");
        } catch (JoseException e) {
            return Parsed.invalid("this is no receipt: its header or signature cannot be read");
        }
    }

    private static String problemOf(JsonWebSignature jws, VerificationKey key) {
        String algorithm = String.valueOf(jws.getAlgorithmHeaderValue());
        if (!algorithm.equals(ALGORITHM)) {
            return "its header names another signature algorithm than " + ALGORITHM + ", which alone is accepted";
        }
        if (!ReceiptSigner.TYPE.equals(jws.getHeader("typ"))) {
            return "this is a signed document of another kind, not a receipt";
        }
        if (!key.id().equals(jws.getKeyIdHeaderValue())) {
            return "it names another key than this one, which is " + key.id();
        }
        return "";
    }

    /** Base64 leaves some bits unused at the end; whoever changed those has changed the document, too. */
    private static boolean isCanonical(String base64) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(base64);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(base64);
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
