package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;

import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.testkit.contract.CertificateAuthorityContract;
import io.provisioningbridge.testkit.contract.ServerCertificateIssuerContract;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.security.cert.X509Certificate;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** Both contracts against one real server, which every test of a class shares. */
@RequiresServer({"step-ca", "step"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RealStepCaContract implements CertificateAuthorityContract, ServerCertificateIssuerContract {

    static final String PROVISIONER = "bridge";

    private final StepCaServer server;
    private final OpenAuthority open;

    /** @param fingerprint the one to configure */
    RealStepCaContract(StepCaServer server, Function<StepCaServer, String> fingerprint) {
        this.server = server;
        this.open = OpenAuthority.of(
                OpenAuthority.settings(server.url(), fingerprint.apply(server), PROVISIONER, PASSWORD));
    }

    @Override
    public CertificateAuthority authority() {
        return open.authority();
    }

    @Override
    public ServerCertificateIssuer serverCertificateIssuer() {
        return open.authority();
    }

    @Override
    public X509Certificate trustedRoot() {
        return server.root();
    }

    @AfterAll
    void stopServer() {
        open.close();
        server.close();
    }
}
