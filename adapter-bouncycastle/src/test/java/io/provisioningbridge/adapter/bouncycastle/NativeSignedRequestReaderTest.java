package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.port.SignedRequestReader;
import io.provisioningbridge.testkit.contract.SignedRequestReaderContract;

class NativeSignedRequestReaderTest implements SignedRequestReaderContract {

    private final SignedRequestReader reader = new BouncyCastleSignedRequestReader(NativeProvider.orSkip());

    @Override
    public SignedRequestReader reader() {
        return reader;
    }
}
