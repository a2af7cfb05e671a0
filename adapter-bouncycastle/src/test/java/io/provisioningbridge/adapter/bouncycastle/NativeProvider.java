package io.provisioningbridge.adapter.bouncycastle;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import org.junit.jupiter.api.Assumptions;

/** The provider that the application prefers; where it does not load, the test is skipped. */
final class NativeProvider {

    private NativeProvider() {}

    static Provider orSkip() {
        Throwable error = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
        Assumptions.assumeTrue(error == null, () -> "the native provider does not load: " + error);
        return AmazonCorrettoCryptoProvider.INSTANCE;
    }
}
