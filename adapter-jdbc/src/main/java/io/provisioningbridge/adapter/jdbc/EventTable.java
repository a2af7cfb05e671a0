package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AuditEvent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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
                .list(row -> event(row));
    }

    /** Oldest first. */
    List<AuditEvent> latest(String subject, AuditEvent.Action action, int most) {
        List<AuditEvent> newestFirst = handle.sql("SELECT at, subject, action, cause, detail FROM <p>events"
                        + " WHERE subject = :subject AND action = :action ORDER BY seq DESC LIMIT :most")
                .bind("subject", subject)
                .bind("action", action.name())
                .bind("most", most)
                .list(row -> event(row));
        List<AuditEvent> latest = new ArrayList<>(newestFirst);
        Collections.reverse(latest);
        return latest;
    }

    int count(String subject, AuditEvent.Action action, Instant from) {
        return handle.sql("SELECT COUNT(*) AS events FROM <p>events"
                        + " WHERE subject = :subject AND action = :action AND at >= :from")
                .bind("subject", subject)
                .bind("action", action.name())
                .bind("from", from.toEpochMilli())
                .list(row -> row.getInt("events"))
                .get(0);
    }

    private static AuditEvent event(Columns row) throws SQLException {
        return new AuditEvent(
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("subject"),
                AuditEvent.Action.valueOf(row.getString("action")),
                row.getString("cause"),
                row.getString("detail"));
    }
}
