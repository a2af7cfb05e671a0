package io.provisioningbridge.app.http;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Invocable;

/** Reads a body as it comes, without a thread waiting for it. Run it once; it arranges for the rest. */
final class BodyReader implements Invocable.Task {

    private final Content.Source source;
    private final int maxBytes;
    private final long patience;
    private final CompletableFuture<byte[]> body;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long received;

    /**
     * @param maxBytes of a body that is kept
     * @param patience how many bytes of a larger one are read and thrown away, so that the client reads its refusal: one that
     *     is cut off while it writes sees a broken connection instead
     * @param body gets the bytes; {@link HttpException} 413 when there are too many, or what the source fails with
     */
    BodyReader(Content.Source source, int maxBytes, long patience, CompletableFuture<byte[]> body) {
        this.source = source;
        this.maxBytes = maxBytes;
        this.patience = patience;
        this.body = body;
    }

    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                source.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                body.completeExceptionally(chunk.getFailure());
                return;
            }
            take(chunk);
            if (chunk.isLast() || received > patience) {
                finish();
                return;
            }
        }
    }

    private void take(Content.Chunk chunk) {
        received += chunk.remaining();
        if (received <= maxBytes) {
            kept.writeBytes(BufferUtil.toArray(chunk.getByteBuffer()));
        }
        chunk.release();
    }

    private void finish() {
        if (received > maxBytes) {
            body.completeExceptionally(new HttpException.RuntimeException(ProblemType.BODY_TOO_LARGE.status()));
        } else {
            body.complete(kept.toByteArray());
        }
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
