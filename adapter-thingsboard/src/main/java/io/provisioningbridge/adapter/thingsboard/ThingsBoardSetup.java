package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Reply;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Installs on ThingsBoard what the bridge needs: the device profile, and a rule chain that calls the webhook. What is there is
 * corrected where the bridge depends on it, and otherwise left as it is. Doing it again changes nothing. Safe for concurrent use.
 */
public final class ThingsBoardSetup {

    private static final int ATTEMPTS = 3;
    private static final int CONFLICT = 409;
    private static final String NOT_YET = "";

    private final ThingsBoardSettings settings;
    private final Webhook webhook;
    private final Optional<X509Certificate> authority;
    private final RestApi api;
    private final RuleChains chains;

    private ThingsBoardSetup(ThingsBoardSettings settings, Webhook webhook, Optional<X509Certificate> authority) {
        this.settings = settings;
        this.webhook = webhook;
        this.authority = authority;
        this.api = new RestApi(settings);
        this.chains = new RuleChains(api);
    }

    /** Installs a profile of managed mode. */
    public static ThingsBoardSetup managed(ThingsBoardSettings settings, Webhook webhook) {
        requireMode(settings, ThingsBoardMode.MANAGED);
        return new ThingsBoardSetup(settings, webhook, Optional.empty());
    }

    /**
     * Installs a profile of chain mode.
     *
     * @param authority what signs the devices' certificates, and what they send along with their own
     */
    public static ThingsBoardSetup chain(ThingsBoardSettings settings, Webhook webhook, X509Certificate authority) {
        requireMode(settings, ThingsBoardMode.CHAIN);
        return new ThingsBoardSetup(settings, webhook, Optional.of(authority));
    }

    private static void requireMode(ThingsBoardSettings settings, ThingsBoardMode mode) {
        if (settings.mode() != mode) {
            throw new IllegalArgumentException("the settings are those of the mode " + settings.mode());
        }
    }

    /**
     * What {@link #install} would do now; changes nothing.
     *
     * @throws BackendUnavailableException ThingsBoard cannot be reached, or does not accept the bridge's credentials
     * @throws BackendRefusedException something else answers at its URL, or what is there cannot be corrected
     */
    public List<SetupStep> plan() {
        return run(false);
    }

    /**
     * Does it, and reads it back. One that breaks off is completed by the next.
     *
     * @return what was done; empty when there was nothing to do
     * @throws BackendUnavailableException ThingsBoard cannot be reached, or does not accept the bridge's credentials
     * @throws BackendRefusedException ThingsBoard does not take it, or did not keep it
     */
    public List<SetupStep> install() {
        List<SetupStep> done = run(true);
        List<SetupStep> left = done.isEmpty() ? List.of() : plan();
        if (!left.isEmpty()) {
            throw new BackendRefusedException(
                    "ThingsBoard took it and did not keep it: " + left, Fault.BACKEND, Effect.POSSIBLE);
        }
        return done;
    }

    private List<SetupStep> run(boolean change) {
        Deadline deadline = Deadline.in(settings.deadline());
        List<SetupStep> steps = new ArrayList<>();
        Optional<ObjectNode> profile = profile(deadline);
        String chainId = profile.flatMap(ProfileRepair::chainOf)
                .or(() -> chains.ownNamed(chainName(), webhook.url(), deadline))
                .map(id -> repairedChain(id, change, steps, deadline))
                .orElseGet(() -> newChain(change, steps, deadline));
        if (profile.isPresent()) {
            repairProfile(profile.get(), chainId, change, steps, deadline);
        } else {
            steps.add(SetupStep.create("device profile '" + settings.profile() + "'"));
            if (change && !saveProfile(shippedProfile(chainId), deadline)) {
                throw contended();
            }
        }
        return List.copyOf(steps);
    }

    private String chainName() {
        return ShippedFiles.ruleChain(webhook).path("ruleChain").path("name").asText();
    }

    private ObjectNode shippedMetadata() {
        return (ObjectNode) ShippedFiles.ruleChain(webhook).path("metadata");
    }

    private ObjectNode shippedProfile(String chainId) {
        return ShippedFiles.profile(
                settings.mode(),
                settings.profile(),
                chainId,
                authority.map(Pem::of).orElse(""));
    }

    /** @return its id, empty when it is only planned */
    private String newChain(boolean change, List<SetupStep> steps, Deadline deadline) {
        steps.add(SetupStep.create("rule chain '" + chainName() + "', which calls " + webhook.url()));
        if (!change) {
            return NOT_YET;
        }
        String id = chains.create((ObjectNode) ShippedFiles.ruleChain(webhook).path("ruleChain"), deadline);
        ObjectNode metadata = shippedMetadata();
        metadata.set("ruleChainId", EntityId.of("RULE_CHAIN", id));
        if (!chains.saveMetadata(metadata, deadline)) {
            throw contended();
        }
        return id;
    }

    private String repairedChain(String id, boolean change, List<SetupStep> steps, Deadline deadline) {
        for (int i = 0; i < ATTEMPTS; i++) {
            ChainRepair.Repaired repaired = ChainRepair.of(chains.metadata(id, deadline), shippedMetadata());
            if (repaired.changes().isEmpty()) {
                return id;
            }
            if (!change || chains.saveMetadata(repaired.metadata(), deadline)) {
                steps.add(SetupStep.change(
                        "rule chain of the device profile '" + settings.profile() + "'", repaired.changes()));
                return id;
            }
        }
        throw contended();
    }

    private void repairProfile(
            ObjectNode first, String chainId, boolean change, List<SetupStep> steps, Deadline deadline) {
        ObjectNode present = first;
        for (int i = 0; i < ATTEMPTS; i++) {
            ProfileRepair.Repaired repaired = ProfileRepair.of(present, shippedProfile(chainId));
            if (repaired.changes().isEmpty()) {
                return;
            }
            if (!change || saveProfile(repaired.profile(), deadline)) {
                steps.add(SetupStep.change("device profile '" + settings.profile() + "'", repaired.changes()));
                return;
            }
            present = profile(deadline).orElseThrow(ThingsBoardSetup::contended);
        }
        throw contended();
    }

    /** Empty when there is none of the name. */
    private Optional<ObjectNode> profile(Deadline deadline) {
        String operation = "reading the device profile";
        return new Profile(api, settings.profile()).lookedFor(deadline).map(id -> {
            JsonNode json = RestApi.json(operation, api.get("/api/deviceProfile/" + id, deadline));
            if (!(json instanceof ObjectNode object)
                    || !json.path("provisionType").isTextual()) {
                throw Refusals.nonsense(operation, "it is no device profile");
            }
            return object;
        });
    }

    /** @return whether it is saved; false when someone else changed it meanwhile */
    private boolean saveProfile(ObjectNode profile, Deadline deadline) {
        Reply reply = api.post("/api/deviceProfile", profile, deadline);
        if (reply.status() == CONFLICT) {
            return false;
        }
        if (reply.status() == 400 && reply.message().contains("such certificate already exists")) {
            throw new BackendRefusedException(
                    "another device profile of this ThingsBoard, perhaps another tenant's, has the same CA certificate",
                    Fault.BACKEND,
                    Effect.NONE);
        }
        RestApi.json("saving the device profile", reply);
        return true;
    }

    private static BackendUnavailableException contended() {
        return new BackendUnavailableException(
                "someone else changes the device profile or its rule chain at the same time", Effect.POSSIBLE);
    }
}
