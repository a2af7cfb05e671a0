package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Prints what differs for people, by type, each with what to do about it. */
final class DriftText {

    private DriftText() {}

    static void print(JsonNode report, PrintStream out) {
        if (!report.has("begun")) {
            out.println("Nothing was compared since the bridge was started; './bridge drift' without --last does it.");
            return;
        }
        out.println(
                "Compared from " + DeviceTables.text(report, "begun") + " to " + DeviceTables.text(report, "ended"));
        for (JsonNode system : report.path("systems")) {
            DeviceTables.field(
                    DeviceTables.text(system, "system"),
                    system.path("checked").asBoolean()
                            ? "compared"
                            : "could not be compared: " + DeviceTables.text(system, "problem"),
                    out);
        }
        for (JsonNode type : report.path("types")) {
            printType(type, report.path("findings"), out);
        }
        out.println();
        out.println(
                switch (report.path("total").asInt()) {
                    case 0 -> "Nothing was found to differ.";
                    case 1 -> "1 finding.";
                    default -> report.path("total").asInt() + " findings.";
                });
    }

    private static void printType(JsonNode type, JsonNode findings, PrintStream out) {
        String name = DeviceTables.text(type, "type");
        ArrayNode listed = JsonNodeFactory.instance.arrayNode();
        findings.forEach(finding -> {
            if (DeviceTables.text(finding, "type").equals(name)) {
                listed.add(finding);
            }
        });
        if (listed.isEmpty()) {
            return;
        }
        int count = type.path("count").asInt();
        out.println();
        out.println(name + " (" + count + "): " + DeviceTables.text(type, "meaning"));
        out.println("  What to do: " + DeviceTables.text(type, "advice"));
        DeviceTables.table(List.of("WHAT", "HOW"), List.of("subject", "detail"), listed, "  ", out);
        if (count > listed.size()) {
            out.println("  and " + (count - listed.size()) + " more that are not listed");
        }
    }

    static void printRepair(JsonNode repair, PrintStream out) {
        List<String> done = new ArrayList<>();
        for (JsonNode lane : repair.path("lanes")) {
            done.add(DeviceTables.text(lane, "marked") + " at " + DeviceTables.text(lane, "system"));
        }
        out.println();
        out.println(
                done.isEmpty()
                        ? "No device has to be worked on."
                        : "Devices to be worked on again: " + String.join(", ", done)
                                + ". './bridge lanes --state due' shows how far that is.");
        String directory = DeviceTables.text(repair, "peer_directory");
        if (directory.equals("published-again")) {
            out.println("The peers file is written again.");
        } else if (directory.equals("left-to-others")) {
            out.println("The peers file is not written again, since it would lose the entries of others.");
        }
        int left = repair.path("left").asInt();
        if (left > 0) {
            out.println("Nothing is done about " + left + (left == 1 ? " finding" : " findings")
                    + ": what is not the bridge's, what needs a person, and what was not listed.");
        }
    }
}
