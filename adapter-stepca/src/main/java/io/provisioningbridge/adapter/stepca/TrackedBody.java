package io.provisioningbridge.adapter.stepca;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A request body that knows whether it went out. The client asks for the body only once the connection stands and TLS has
 * verified the peer; as long as it did not, the peer surely acted on nothing. For one request.
 */
final class TrackedBody implements HttpRequest.BodyPublisher {

    private enum State {
        WAITING,
        GONE_OUT,
        WITHDRAWN
    }

    private final HttpRequest.BodyPublisher body;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    TrackedBody(byte[] bytes) {
        this.body = HttpRequest.BodyPublishers.ofByteArray(bytes);
    }

    /** Keeps it from going out from now on. @return false when it went out, wholly or in part */
    boolean withdraw() {
        return state.compareAndSet(State.WAITING, State.WITHDRAWN) || state.get() == State.WITHDRAWN;
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        if (state.compareAndSet(State.WAITING, State.GONE_OUT) || state.get() == State.GONE_OUT) {
            body.subscribe(subscriber);
            return;
        }
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {
                subscriber.onError(new IOException("the request was given up before it went out"));
            }

            @Override
            public void cancel() {
                // Nothing is under way.
            }
        });
    }
}
