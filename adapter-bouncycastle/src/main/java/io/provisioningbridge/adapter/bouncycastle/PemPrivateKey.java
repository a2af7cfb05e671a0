package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.Parsed;
import java.io.IOException;
import java.io.StringReader;
import java.security.PrivateKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** Private keys as other people's tools write them: PKCS#8, SEC 1 ({@code EC PRIVATE KEY}), PKCS#1 ({@code RSA PRIVATE KEY}). */
public final class PemPrivateKey {

    private static final Parsed<PrivateKey> NONE = Parsed.invalid("there is no private key in PEM");

    private PemPrivateKey() {}

    /** The first private key of the text, as an object of the JDK. It must not be encrypted. */
    public static Parsed<PrivateKey> parse(String pem) {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                if (block instanceof PKCS8EncryptedPrivateKeyInfo || block instanceof PEMEncryptedKeyPair) {
                    return Parsed.invalid("the private key is encrypted; store it without a password");
                }
                if (block instanceof PrivateKeyInfo info) {
                    return Parsed.valid(new JcaPEMKeyConverter().getPrivateKey(info));
                }
                if (block instanceof PEMKeyPair pair) {
                    return Parsed.valid(new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo()));
                }
            }
            return NONE;
        } catch (IOException | RuntimeException e) {
            // BouncyCastle's parser throws whatever its ASN.1 reader stumbles over.
            return Parsed.invalid("the private key is damaged, or of a kind this Java does not know");
        }
    }
}
