package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Base64;
import java.util.List;

/** Prints receipts for people. */
final class ReceiptText {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ReceiptText() {}

    /** What a receipt says that comes from the bridge itself: whether it is signed does not matter then. */
    static JsonNode unverified(String receipt) throws IOException {
        String[] parts = receipt.strip().split("\\.", -1);
        try {
            return parse(Base64.getUrlDecoder().decode(parts[Math.min(1, parts.length - 1)]));
        } catch (IllegalArgumentException e) {
            throw new IOException("What answers is not a bridge's operator listener: it sends no receipt.", e);
        }
    }

    /** @param json of a receipt */
    static JsonNode parse(byte[] json) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IOException("The receipt does not hold JSON.", e);
        }
    }

    static void print(JsonNode receipt, PrintStream out) {
        out.println(
                DeviceTables.text(receipt, "device_id") + ", incarnation " + DeviceTables.text(receipt, "incarnation"));
        DeviceTables.field("as of", DeviceTables.text(receipt, "at"), out);
        DeviceTables.field("decommissioned", DeviceTables.text(receipt, "decommissioned_at"), out);
        DeviceTables.field("by", DeviceTables.text(receipt, "operator"), out);
        DeviceTables.field("reason", DeviceTables.text(receipt, "reason"), out);
        DeviceTables.field("address", DeviceTables.text(receipt, "wireguard_ip"), out);
        DeviceTables.field(
                "complete",
                receipt.path("complete").booleanValue() ? "yes" : "NO: some system may still know the device",
                out);
        out.println();
        out.println("Outside systems");
        receipt.path("systems").forEach(system -> system(system, out));
        out.println();
        out.println("Certificates, oldest first");
        DeviceTables.table(
                List.of("SERIAL", "REVOCATION", "STANDING", "NOT AFTER"),
                List.of("serial", "revocation", "standing", "not_after"),
                receipt.path("certificates"),
                "  ",
                out);
        out.println();
        if (receipt.path("possibly_issued").isEmpty()) {
            out.println("No certificate was asked for that never arrived.");
        } else {
            out.println("Asked for, possibly issued, never received");
            DeviceTables.table(
                    List.of("KEY SHA-256", "ASKED AT"),
                    List.of("key_sha256", "asked_at"),
                    receipt.path("possibly_issued"),
                    "  ",
                    out);
        }
        if (!receipt.path("came_back").isEmpty()) {
            out.println("It came back, and was removed again");
            // Receipts of older bridges list all of them.
            int more = receipt.path("came_back_noted").asInt()
                    - receipt.path("came_back").size();
            if (more > 0) {
                out.println("  " + more + " times earlier than these");
            }
            DeviceTables.table(List.of("AT", "WHAT"), List.of("at", "what"), receipt.path("came_back"), "  ", out);
        }
        out.println("Renewal behind the bridge: " + DeviceTables.text(receipt, "renewal_behind_bridge"));
    }

    private static void system(JsonNode system, PrintStream out) {
        out.println("  " + DeviceTables.text(system, "system") + ": " + DeviceTables.text(system, "state"));
        if (system.has("evidence")) {
            out.println("    " + DeviceTables.text(system, "at") + " " + DeviceTables.text(system, "what"));
            out.println("    " + DeviceTables.text(system, "evidence") + ": " + DeviceTables.text(system, "meaning"));
        }
        if (system.has("problem")) {
            out.println("    problem: " + DeviceTables.text(system, "problem"));
        }
    }
}
