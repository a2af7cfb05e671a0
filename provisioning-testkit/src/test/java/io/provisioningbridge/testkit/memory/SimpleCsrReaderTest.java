package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.testkit.contract.CsrReaderContract;

class SimpleCsrReaderTest implements CsrReaderContract {

    @Override
    public CsrReader reader() {
        return new SimpleCsrReader();
    }
}
