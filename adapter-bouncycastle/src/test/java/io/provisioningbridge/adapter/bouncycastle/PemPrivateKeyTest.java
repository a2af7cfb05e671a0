package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.io.IOException;
import java.io.StringWriter;
import java.security.PrivateKey;
import javax.crypto.EncryptedPrivateKeyInfo;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.Test;

class PemPrivateKeyTest {

    private final DeviceKey ec = DeviceKey.p256();
    private final DeviceKey rsa = DeviceKey.rsa(2048);

    @Test
    void parseShouldTakePkcs8() {
        assertThat(parse(Pem.of("PRIVATE KEY", ec.pair().getPrivate().getEncoded())))
                .isEqualTo(ec.pair().getPrivate());
        assertThat(parse(Pem.of("PRIVATE KEY", rsa.pair().getPrivate().getEncoded())))
                .isEqualTo(rsa.pair().getPrivate());
    }

    @Test
    void parseShouldTakeSec1AlsoBehindItsParameters() throws IOException {
        // What `openssl ecparam -genkey -name prime256v1` puts before the key.
        String parameters = Pem.of("EC PARAMETERS", new byte[] {6, 8, 42, (byte) 0x86, 72, (byte) 0xce, 61, 3, 1, 7});

        assertThat(parse(traditional(ec))).isEqualTo(ec.pair().getPrivate());
        assertThat(parse(parameters + traditional(ec))).isEqualTo(ec.pair().getPrivate());
        assertThat(traditional(ec)).contains("BEGIN EC PRIVATE KEY");
    }

    @Test
    void parseShouldTakePkcs1() throws IOException {
        assertThat(traditional(rsa)).contains("BEGIN RSA PRIVATE KEY");
        assertThat(parse(traditional(rsa))).isEqualTo(rsa.pair().getPrivate());
    }

    @Test
    void parseShouldSayThatAKeyIsEncrypted() throws Exception {
        String traditional = """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

                AAAA
                -----END RSA PRIVATE KEY-----
                """;
        String pkcs8 = Pem.of("ENCRYPTED PRIVATE KEY", new EncryptedPrivateKeyInfo("DES", new byte[16]).getEncoded());

        for (String text : new String[] {traditional, pkcs8}) {
            assertThat(PemPrivateKey.parse(text))
                    .isEqualTo(Parsed.invalid("the private key is encrypted; store it without a password"));
        }
    }

    @Test
    void parseShouldRefuseWhatIsNoKey() throws IOException {
        for (String text : new String[] {
            "",
            "nonsense",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\n",
            Pem.of("PUBLIC KEY", ec.publicKeyInfo()),
            Pem.of("EC PRIVATE KEY", new byte[] {0x30, 0})
        }) {
            assertThat(PemPrivateKey.parse(text)).isInstanceOf(Parsed.Invalid.class);
        }
    }

    private static PrivateKey parse(String pem) {
        return PemPrivateKey.parse(pem).orThrow();
    }

    private static String traditional(DeviceKey key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(key.pair().getPrivate());
        }
        return text.toString();
    }
}
