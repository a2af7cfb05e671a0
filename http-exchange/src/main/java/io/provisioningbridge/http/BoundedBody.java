package io.provisioningbridge.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Collects an answer whose body has a limit; the JDK's own collectors have none. Completes the answer on the thread that brings
 * the last of it. For one response.
 */
final class BoundedBody implements HttpResponse.BodySubscriber<Reply> {

    private final HttpResponse.ResponseInfo head;
    private final int limit;
    private final CompletableFuture<Reply> answer;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;

    /** @param answer fails with {@link Exchange.TooLarge} when the body has more than {@code limit} bytes */
    BoundedBody(HttpResponse.ResponseInfo head, int limit, CompletableFuture<Reply> answer) {
        this.head = head;
        this.limit = limit;
        this.answer = answer;
    }

    @Override
    public CompletionStage<Reply> getBody() {
        return answer;
    }

    @Override
    public void onSubscribe(Flow.Subscription flow) {
        subscription = flow;
        flow.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (bytes.size() + buffer.remaining() > limit) {
                if (subscription != null) {
                    subscription.cancel();
                }
                answer.completeExceptionally(new Exchange.TooLarge(limit));
                return;
            }
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            bytes.writeBytes(part);
        }
    }

    @Override
    public void onError(Throwable failure) {
        answer.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        answer.complete(new Reply(head.statusCode(), head.headers(), bytes.toByteArray()));
    }
}
