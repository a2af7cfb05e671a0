package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Prints the operator API's answers for people. What devices say about themselves cannot steer the terminal. */
final class DeviceTables {

    private DeviceTables() {}

    static void list(JsonNode devices, PrintStream out) {
        if (devices.isEmpty()) {
            out.println("No device.");
            return;
        }
        table(
                List.of("ID", "STATE", "ADDRESS", "ENROLLED", "TYPE", "NAME"),
                List.of("device_id", "state", "wireguard_ip", "enrolled", "device_type", "device_name"),
                devices,
                "",
                out);
    }

    static void show(JsonNode device, PrintStream out) {
        out.println(text(device, "device_id"));
        field("state", text(device, "state"), out);
        field("name", text(device, "device_name"), out);
        field("type", text(device, "device_type"), out);
        field("enrolled", text(device, "enrolled") + ", incarnation " + text(device, "incarnation"), out);
        field("address", text(device, "wireguard_ip"), out);
        field("WireGuard key", text(device, "wg_public_key") + ", made by the " + text(device, "wg_key_made_by"), out);
        out.println();
        out.println("Certificates, oldest first");
        table(
                List.of("SERIAL", "INCARNATION", "STANDING", "REVOCATION", "NOT AFTER", "KEY SHA-256"),
                List.of("serial", "incarnation", "standing", "revocation", "not_after", "key_sha256"),
                device.path("certificates"),
                "  ",
                out);
        out.println();
        lanes(device.path("lanes"), out);
        out.println();
        if (device.path("attempts").isEmpty()) {
            out.println("No key was tried in vain.");
            return;
        }
        out.println("Keys tried in vain, latest first");
        table(
                List.of("KEY SHA-256", "AT", "FROM"),
                List.of("key_sha256", "at", "source"),
                device.path("attempts"),
                "  ",
                out);
    }

    /** How far the outside systems are. */
    static void lanes(JsonNode lanes, PrintStream out) {
        out.println("Outside systems");
        table(
                List.of("SYSTEM", "STATE", "SINCE", "NEXT TRY", "PROBLEM"),
                List.of("system", "state", "since", "next_try", "problem"),
                lanes,
                "  ",
                out);
    }

    static void explain(JsonNode explanation, PrintStream out) {
        out.println(text(explanation, "device_id"));
        if (explanation.has("state")) {
            field("state", text(explanation, "state") + " since " + text(explanation, "state_since"), out);
        }
        out.println("  " + text(explanation, "words"));
        if (explanation.has("under_way")) {
            JsonNode underWay = explanation.path("under_way");
            out.println("  Under way since " + text(underWay, "since") + ", at most until " + text(underWay, "until")
                    + ", for key " + text(underWay, "key_sha256") + ".");
        }
        explanation.path("lanes").forEach(lane -> out.println("  " + text(lane, "words")));
        if (!explanation.path("latest_events").isEmpty()) {
            out.println();
            out.println("What happened last, latest first");
            table(
                    List.of("AT", "WHAT", "BY", "DETAIL"),
                    List.of("at", "action", "cause", "detail"),
                    explanation.path("latest_events"),
                    "  ",
                    out);
        }
    }

    /** A member as text that is safe to print; {@code -} when it is empty or not there. */
    static String text(JsonNode object, String member) {
        String text = printable(object.path(member).asText(""));
        return text.isEmpty() ? "-" : text;
    }

    /** Without control characters, and whatever else has no shape of its own. */
    static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }

    static void field(String name, String text, PrintStream out) {
        out.println("  " + padded(name, 15) + text);
    }

    static void table(List<String> headings, List<String> members, JsonNode rows, String indent, PrintStream out) {
        List<List<String>> lines = new ArrayList<>(List.of(headings));
        rows.forEach(row ->
                lines.add(members.stream().map(member -> text(row, member)).toList()));
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder(indent);
            for (int column = 0; column < line.size(); column++) {
                text.append(padded(line.get(column), width(lines, column) + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
