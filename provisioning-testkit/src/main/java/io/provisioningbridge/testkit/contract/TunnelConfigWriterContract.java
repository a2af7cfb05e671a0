package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;

/** What every {@link TunnelConfigWriter} does. */
public interface TunnelConfigWriterContract {

    /** The implementation under test. */
    TunnelConfigWriter writer();

    @Test
    default void configurationShouldHoldThePlaceholderExactlyOnceWhenTheDeviceHasItsOwnKey() {
        String text = writer().configuration(address("10.8.0.2"));

        assertThat(text).containsOnlyOnce("PrivateKey = <REPLACE_WITH_DEVICE_PRIVATE_KEY>\n");
        assertThat(text).containsOnlyOnce(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
        assertThat(text.lines().filter(line -> line.startsWith("PrivateKey"))).hasSize(1);
    }

    @Test
    default void configurationShouldHoldThePrivateKeyExactlyOnceWhenTheBridgeMadeThePair() {
        Secret privateKey = writer().newKeyPair().privateKey();

        String text = writer().configuration(address("10.8.0.2"), privateKey);

        assertThat(text).containsOnlyOnce("PrivateKey = " + privateKey.reveal() + "\n");
        assertThat(text).containsOnlyOnce(privateKey.reveal());
        assertThat(text).doesNotContain(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
    }

    @Test
    default void bothConfigurationsShouldDifferInThePrivateKeyOnly() {
        Secret privateKey = writer().newKeyPair().privateKey();

        String own = writer().configuration(address("10.8.0.77"));
        String made = writer().configuration(address("10.8.0.77"), privateKey);

        assertThat(made).isEqualTo(own.replace(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER, privateKey.reveal()));
    }

    @Test
    default void configurationShouldGiveTheDeviceItsOneAddressAndNoMore() {
        for (String address : List.of("10.8.0.2", "10.255.255.254", "192.168.7.130")) {
            assertThat(writer().configuration(address(address)).lines().filter(line -> line.startsWith("Address")))
                    .containsExactly("Address = " + address + "/32");
        }
    }

    @Test
    default void configurationShouldNameTheServersKeyAsTheOnlyPeer() {
        String text = writer().configuration(address("10.8.0.2"));

        assertThat(text.lines().filter(line -> line.equals("[Interface]"))).hasSize(1);
        assertThat(text.lines().filter(line -> line.equals("[Peer]"))).hasSize(1);
        assertThat(text.lines().filter(line -> line.startsWith("PublicKey")))
                .containsExactly("PublicKey = " + writer().serverKey().base64());
        assertThat(text.indexOf("[Interface]")).isLessThan(text.indexOf("[Peer]"));
        assertThat(text.indexOf("PrivateKey = ")).isLessThan(text.indexOf("[Peer]"));
    }

    @Test
    default void configurationShouldKeepTheWayThroughTheDevicesRouterOpen() {
        assertThat(writer().configuration(address("10.8.0.2"))).contains("\nPersistentKeepalive = 25\n");
    }

    @Test
    default void configurationShouldNotTouchNameResolutionOrRunCommands() {
        // `DNS` makes wg-quick fail and take the tunnel down where resolvconf is missing (observed: wireguard-tools
        // 1.0.20210914).
        assertThat(writer().configuration(address("10.8.0.2")))
                .doesNotContainPattern("(?im)^\\s*(DNS|PreUp|PostUp|PreDown|PostDown|SaveConfig)\\b");
    }

    @Test
    default void configurationShouldBePlainLinesOfText() {
        assertThat(writer().configuration(address("10.8.0.2")))
                .matches("(?s)[\\n\\x20-\\x7e]+")
                .endsWith("\n");
    }

    @Test
    default void serverKeyShouldStayTheSame() {
        assertThat(writer().serverKey()).isEqualTo(writer().serverKey());
    }

    @Test
    default void newKeyPairShouldBeAPair() throws GeneralSecurityException {
        for (int i = 0; i < 20; i++) {
            PeerKeyPair pair = writer().newKeyPair();
            assertThat(publicKeyOf(pair.privateKey())).isEqualTo(pair.publicKey());
        }
    }

    @Test
    default void newKeyPairShouldHaveAClampedPrivateKeyAsWgPrintsIt() {
        for (int i = 0; i < 20; i++) {
            String text = writer().newKeyPair().privateKey().reveal();
            byte[] raw = Base64.getDecoder().decode(text);

            assertThat(raw).hasSize(32);
            assertThat(Base64.getEncoder().encodeToString(raw)).isEqualTo(text);
            assertThat(raw[0] & 0b0000_0111).isZero();
            assertThat(raw[31] & 0b1100_0000).isEqualTo(0b0100_0000);
        }
    }

    @Test
    default void newKeyPairShouldNeverRepeatItselfAlsoWhenManyAsk() throws InterruptedException, ExecutionException {
        int threads = 4;
        int each = 50;
        TunnelConfigWriter writer = writer();
        Callable<List<PeerKeyPair>> many = () ->
                IntStream.range(0, each).mapToObj(i -> writer.newKeyPair()).toList();
        Set<PeerKey> publicKeys = new HashSet<>();
        Set<String> privateKeys = new HashSet<>();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (Future<List<PeerKeyPair>> pairs : executor.invokeAll(List.of(many, many, many, many))) {
                for (PeerKeyPair pair : pairs.get()) {
                    publicKeys.add(pair.publicKey());
                    privateKeys.add(pair.privateKey().reveal());
                }
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(publicKeys).hasSize(threads * each).doesNotContain(writer.serverKey());
        assertThat(privateKeys).hasSize(threads * each);
    }

    @Test
    default void configurationsWrittenAtOnceShouldNotMix() throws InterruptedException, ExecutionException {
        TunnelConfigWriter writer = writer();
        List<TunnelAddress> addresses = IntStream.range(0, 400)
                .mapToObj(i -> new TunnelAddress(address("10.8.0.0").number() + i))
                .toList();
        List<String> expected = addresses.stream().map(writer::configuration).toList();
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<String>> written = executor.invokeAll(addresses.stream()
                    .map(address -> (Callable<String>) () -> writer.configuration(address))
                    .toList());
            for (int i = 0; i < written.size(); i++) {
                assertThat(written.get(i).get()).isEqualTo(expected.get(i));
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }

    /** The public half by X25519 with the base point 9 (RFC 7748), apart from however the implementation made it. */
    private static PeerKey publicKeyOf(Secret privateKey) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(keys.generatePrivate(new XECPrivateKeySpec(
                NamedParameterSpec.X25519, Base64.getDecoder().decode(privateKey.reveal()))));
        XECPublicKey basePoint = (XECPublicKey)
                keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BigInteger.valueOf(9)));
        agreement.doPhase(basePoint, true);
        return PeerKey.of(agreement.generateSecret());
    }
}
