package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AuditEvent;
import java.time.Instant;
import java.util.List;

/** The audit trail, seen through one connection. */
final class EventTable {

    private final Handle handle;

    EventTable(Handle handle) {
        this.handle = handle;
    }

    void append(AuditEvent event) {
        handle.sql("INSERT INTO <p>events (at, subject, action, cause, detail)"
                        + " VALUES (:at, :subject, :action, :cause, :detail)")
                .bind("at", event.at().toEpochMilli())
                .bind("subject", event.subject())
                .bind("action", event.action().name())
                .bind("cause", event.cause())
                .bind("detail", event.detail())
                .execute();
    }

    List<AuditEvent> of(String subject) {
        return handle.sql(
                        "SELECT at, subject, action, cause, detail FROM <p>events WHERE subject = :subject ORDER BY seq")
                .bind("subject", subject)
                .list(row -> new AuditEvent(
                        Instant.ofEpochMilli(row.getLong("at")),
                        row.getString("subject"),
                        AuditEvent.Action.valueOf(row.getString("action")),
                        row.getString("cause"),
                        row.getString("detail")));
    }
}
