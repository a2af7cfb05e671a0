package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.testkit.contract.CsrReaderContract;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.RawCsr;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A native library that verifies is held to the same as BouncyCastle, hostile keys and signatures included. */
class NativeCsrReaderTest implements CsrReaderContract {

    private static final int MUTANTS_PER_KEY = 1_000;

    private final CsrReader reader = new BouncyCastleCsrReader(NativeProvider.orSkip());

    @Override
    public CsrReader reader() {
        return reader;
    }

    @Test
    void provesPossessionShouldAgreeWithBouncyCastleOnEveryMutant() {
        CsrReader second = new BouncyCastleCsrReader();
        Seeded seeded = new Seeded(11);
        int readable = 0;
        for (DeviceKey key : List.of(DeviceKey.p256(), DeviceKey.p384(), DeviceKey.ed25519(), DeviceKey.rsa(2048))) {
            byte[] original = CsrBuilder.forDevice("dev-1").key(key).der();
            for (int i = 0; i < MUTANTS_PER_KEY; i++) {
                byte[] mutant = i % 2 == 0
                        ? seeded.mutated(original)
                        : RawCsr.signed(seeded.mutated(RawCsr.of(original).signedPart()), DeviceKey.p256());
                var mine = reader.read(mutant);
                assertThat(mine.map(NativeCsrReaderTest::proven))
                        .isEqualTo(second.read(mutant).map(NativeCsrReaderTest::proven));
                readable += mine.isPresent() ? 1 : 0;
            }
        }
        assertThat(readable).isGreaterThan(MUTANTS_PER_KEY / 2);
    }

    /** Of a key that is refused anyway, the two may think differently. */
    private static boolean proven(UnverifiedCsr csr) {
        return csr.key().isAllowed() && csr.provesPossession();
    }
}
