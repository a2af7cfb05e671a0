package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.thingsboard.EventWay.Arrival;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Trust;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether ThingsBoard is set up for the bridge; for the start, where it warns. Changes nothing. Safe for concurrent use. */
public final class ThingsBoardCheck {

    private static final String SECRET_HEADER = "X-Webhook-Secret";

    private final ThingsBoardSettings settings;
    private final List<Webhook> webhooks;
    private final RestApi api;

    /** What is not as it should be. */
    public enum Finding {
        /** It is talked to without TLS, and not on this machine: credentials can be read on the way. */
        READABLE_ON_THE_WAY,
        /** There is no device profile of the name in the settings. */
        PROFILE_MISSING,
        /** The profile does not admit devices in the manner of the settings' mode. */
        PROFILE_OF_ANOTHER_MODE,
        /** The profile makes devices: one that was decommissioned is there again as soon as it connects. */
        PROFILE_CREATES_DEVICES,
        /** The profile has no rule chain of its own, or one in which a connect leads to no call: connects are not reported. */
        NO_WEBHOOK,
        /** What the chain calls on a connect is not this bridge. */
        WEBHOOK_ELSEWHERE,
        /** The chain calls this bridge with a secret that it does not accept: the queue repeats that for ever. */
        WEBHOOK_SECRET_UNKNOWN,
        /** What the chain calls is called once, and not again when it fails. */
        WEBHOOK_NOT_REPEATED
    }

    /** Of a bridge that does not know what ThingsBoard calls it: whatever the chain calls is right. */
    public ThingsBoardCheck(ThingsBoardSettings settings) {
        this(settings, List.of());
    }

    /** @param webhooks the bridge's own, with each secret that it accepts; none: it does not know */
    public ThingsBoardCheck(ThingsBoardSettings settings, List<Webhook> webhooks) {
        this(settings, webhooks, new RestApi(settings));
    }

    ThingsBoardCheck(ThingsBoardSettings settings, List<Webhook> webhooks, RestApi api) {
        this.settings = settings;
        this.webhooks = List.copyOf(webhooks);
        this.api = api;
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
        if (Trust.isReadableOnTheWay(settings.url())) {
            findings.add(Finding.READABLE_ON_THE_WAY);
        }
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
        findWebhook(ProfileRepair.chainOf(profile), findings, deadline);
        return findings;
    }

    private String provisionType() {
        return switch (settings.mode()) {
            case MANAGED -> "DISABLED";
            case CHAIN -> "X509_CERTIFICATE_CHAIN";
        };
    }

    static boolean createsDevices(JsonNode profile) {
        return profile.path("profileData")
                        .path("provisionConfiguration")
                        .path("allowCreateNewDevicesByX509Certificate")
                        .asBoolean(false)
                || profile.path("provisionType").asText().equals("ALLOW_CREATE_NEW_DEVICES");
    }

    private void findWebhook(Optional<String> chainId, Set<Finding> findings, Deadline deadline) {
        if (chainId.isEmpty()) {
            findings.add(Finding.NO_WEBHOOK);
            return;
        }
        RuleChainGraph chain = new RuleChainGraph(new RuleChains(api).metadata(chainId.get(), deadline));
        Set<Arrival> calls = EventWay.ofConnect(chain);
        Set<Arrival> ours = calls.stream()
                .filter(call -> webhooks.isEmpty()
                        || webhooks.stream().anyMatch(webhook -> chain.calls(call.node(), webhook.url())))
                .collect(Collectors.toSet());
        if (calls.isEmpty()) {
            findings.add(Finding.NO_WEBHOOK);
        } else if (ours.isEmpty()) {
            findings.add(Finding.WEBHOOK_ELSEWHERE);
        } else {
            judge(ours, chain, findings);
        }
    }

    private void judge(Set<Arrival> ours, RuleChainGraph chain, Set<Finding> findings) {
        if (ours.stream().noneMatch(call -> call.repeated() && !EventWay.handlesFailure(chain, call.node()))) {
            findings.add(Finding.WEBHOOK_NOT_REPEATED);
        }
        if (!webhooks.isEmpty() && !ours.stream().allMatch(call -> sendsOurSecret(chain.node(call.node())))) {
            findings.add(Finding.WEBHOOK_SECRET_UNKNOWN);
        }
    }

    private boolean sendsOurSecret(JsonNode node) {
        String sent =
                node.path("configuration").path("headers").path(SECRET_HEADER).asText("");
        return webhooks.stream().anyMatch(webhook -> webhook.secret().reveal().equals(sent));
    }
}
