package io.provisioningbridge.app;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.security.Security;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A native library for the cryptography of the whole process, TLS included: it verifies and signs many times faster than the
 * JDK. Only an application may do this to its JVM; the libraries take a provider as a parameter, or ask by name for the
 * algorithm and get whatever the application chose.
 */
public final class NativeCryptography {

    private static final Logger LOG = LoggerFactory.getLogger(NativeCryptography.class);

    private NativeCryptography() {}

    /**
     * Puts the native provider before all others, where it loads, and says in the log whether it did. Repeating it is
     * harmless.
     */
    public static void install() {
        Optional<String> problem = problem();
        if (problem.isEmpty()) {
            Security.insertProviderAt(AmazonCorrettoCryptoProvider.INSTANCE, 1);
            LOG.info(
                    "cryptography is native: {} {}",
                    AmazonCorrettoCryptoProvider.INSTANCE.getName(),
                    AmazonCorrettoCryptoProvider.INSTANCE.getVersionStr());
        } else {
            LOG.info(
                    "cryptography is that of the JDK and BouncyCastle, which is slower: the native one did not load ({})",
                    problem.get());
        }
    }

    /** The native provider, if the process has it. */
    static Optional<Provider> provider() {
        return Optional.ofNullable(Security.getProvider(AmazonCorrettoCryptoProvider.PROVIDER_NAME));
    }

    /** Why it cannot be used: another processor or operating system, no place to unpack the library, a failed self-test. */
    private static Optional<String> problem() {
        try {
            Throwable error = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
            if (error != null) {
                return Optional.of(error.toString());
            }
            AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
            return Optional.empty();
        } catch (LinkageError | RuntimeException broken) {
            // Without its jar, or on a system it has never seen, it may fail before it can say why.
            return Optional.of(broken.toString());
        }
    }
}
