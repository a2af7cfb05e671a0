package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Finds a provisioner among all of step-ca's and opens its key. Safe for concurrent use. */
final class ProvisionerLoader {

    private final StepCaClient client;
    private final String name;
    private final KeyOpener opener;
    private final Consumer<JsonNode> whenFound;

    /** @param whenFound is shown the listing of the provisioner whose key opened */
    ProvisionerLoader(StepCaClient client, ProvisionerLogin login, JoseSigner signer, Consumer<JsonNode> whenFound) {
        this.client = client;
        this.name = login.name();
        this.opener = new KeyOpener(login.password(), signer);
        this.whenFound = whenFound;
    }

    /** @throws BackendUnavailableException saying what is wrong with the provisioner, its key or the password */
    ProvisionerKey load(Deadline deadline) {
        List<JsonNode> all = ProvisionerListing.read(client, deadline);
        List<JsonNode> named = all.stream().filter(this::isOurs).toList();
        if (named.isEmpty()) {
            throw unavailable("step-ca has no JWK provisioner named '" + name + "'; it has: "
                    + all.stream().map(ProvisionerLoader::title).collect(Collectors.joining(", ")));
        }
        List<String> problems = new ArrayList<>();
        // Older versions allow several keys under one name; the last one was added last.
        for (int i = named.size() - 1; i >= 0; i--) {
            JsonNode provisioner = named.get(i);
            String id = provisioner.path("key").path("kid").asText("");
            Parsed<PrivateKey> opened = open(provisioner);
            if (opened instanceof Parsed.Valid<PrivateKey> valid) {
                whenFound.accept(provisioner);
                return new ProvisionerKey(name, id, valid.result());
            }
            opened.fold(key -> false, problems::add);
        }
        throw unavailable("step-ca's provisioner '" + name + "': " + String.join("; ", problems));
    }

    private boolean isOurs(JsonNode provisioner) {
        return provisioner.path("type").asText("").equalsIgnoreCase("JWK")
                && provisioner.path("name").asText("").equals(name);
    }

    private Parsed<PrivateKey> open(JsonNode provisioner) {
        String encryptedKey = provisioner.path("encryptedKey").asText("");
        return encryptedKey.isEmpty()
                ? Parsed.invalid("step-ca does not hold its private key (it was added with the public key only);"
                        + " add a provisioner with `step ca provisioner add --type JWK --create`")
                : opener.open(encryptedKey);
    }

    private static String title(JsonNode provisioner) {
        return provisioner.path("name").asText("?") + " ("
                + provisioner.path("type").asText("?") + ")";
    }

    private static BackendUnavailableException unavailable(String message) {
        return new BackendUnavailableException(message, Effect.NONE);
    }
}
