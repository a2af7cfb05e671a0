package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.util.EnumSet;
import java.util.Set;

/** Whether ThingsBoard is set up for the bridge; for the start, where it warns. Changes nothing. Safe for concurrent use. */
public final class ThingsBoardCheck {

    private final ThingsBoardSettings settings;
    private final RestApi api;

    /** What is not as it should be. */
    public enum Finding {
        /** There is no device profile of the name in the settings. */
        PROFILE_MISSING,
        /** The profile does not admit devices in the manner of the settings' mode. */
        PROFILE_OF_ANOTHER_MODE,
        /** The profile makes devices: one that was decommissioned is there again as soon as it connects. */
        PROFILE_CREATES_DEVICES,
        /** The profile has no rule chain of its own, or one that calls nothing: connects are not reported. */
        NO_WEBHOOK,
        /** What the chain calls is called once, and not again when it fails. */
        WEBHOOK_NOT_REPEATED
    }

    public ThingsBoardCheck(ThingsBoardSettings settings) {
        this.settings = settings;
        this.api = new RestApi(settings);
    }

    /**
     * Asks ThingsBoard.
     *
     * @throws BackendUnavailableException it cannot be reached, or does not accept the bridge's credentials
     * @throws BackendRefusedException something else answers at its URL
     */
    public Set<Finding> findings() {
        Deadline deadline = Deadline.in(settings.deadline());
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        String profileId =
                new Profile(api, settings.profile()).lookedFor(deadline).orElse("");
        if (profileId.isEmpty()) {
            findings.add(Finding.PROFILE_MISSING);
            return findings;
        }
        JsonNode profile =
                RestApi.json("reading the device profile", api.get("/api/deviceProfile/" + profileId, deadline));
        if (!profile.path("provisionType").asText().equals(provisionType())) {
            findings.add(Finding.PROFILE_OF_ANOTHER_MODE);
        }
        if (createsDevices(profile)) {
            findings.add(Finding.PROFILE_CREATES_DEVICES);
        }
        findWebhook(profile.path("defaultRuleChainId").path("id").asText(""), findings, deadline);
        return findings;
    }

    private String provisionType() {
        return switch (settings.mode()) {
            case MANAGED -> "DISABLED";
            case CHAIN -> "X509_CERTIFICATE_CHAIN";
        };
    }

    private static boolean createsDevices(JsonNode profile) {
        return profile.path("profileData")
                        .path("provisionConfiguration")
                        .path("allowCreateNewDevicesByX509Certificate")
                        .asBoolean(false)
                || profile.path("provisionType").asText().equals("ALLOW_CREATE_NEW_DEVICES");
    }

    private void findWebhook(String chainId, Set<Finding> findings, Deadline deadline) {
        if (chainId.isEmpty()) {
            findings.add(Finding.NO_WEBHOOK);
            return;
        }
        JsonNode nodes = RestApi.json(
                        "reading the rule chain", api.get("/api/ruleChain/" + chainId + "/metadata", deadline))
                .path("nodes");
        boolean calls = false;
        boolean repeats = false;
        for (JsonNode node : nodes) {
            String type = node.path("type").asText();
            calls |= type.endsWith(".TbRestApiCallNode");
            repeats |= type.endsWith(".TbCheckpointNode")
                    && node.path("queueName").asText().equals("HighPriority");
        }
        if (!calls) {
            findings.add(Finding.NO_WEBHOOK);
        } else if (!repeats) {
            findings.add(Finding.WEBHOOK_NOT_REPEATED);
        }
    }
}
