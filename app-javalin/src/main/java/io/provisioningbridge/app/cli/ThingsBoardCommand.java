package io.provisioningbridge.app.cli;

import io.provisioningbridge.adapter.thingsboard.SetupStep;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSetup;
import io.provisioningbridge.adapter.thingsboard.Webhook;
import io.provisioningbridge.app.TokenFile;
import io.provisioningbridge.app.config.ClientConfig;
import io.provisioningbridge.app.config.ThingsBoardSetupConfig;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prepares the device platform. */
@Command(
        name = "thingsboard",
        description = "Prepares ThingsBoard for the bridge.",
        synopsisSubcommandLabel = "COMMAND")
final class ThingsBoardCommand {

    private static final int LONGEST_WAIT = 3600;

    private final Terminal terminal;

    ThingsBoardCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            description = {
                "Installs the device profile THINGSBOARD_DEVICE_PROFILE for THINGSBOARD_MODE, and a rule chain that calls"
                        + " BRIDGE_PUBLIC_URL when a device connects. What is there is corrected where the bridge depends"
                        + " on it; nodes of your own stay. Doing it again changes nothing.",
                "Then has ThingsBoard report a throw-away device, and asks the running bridge at BRIDGE_ADMIN_URL"
                        + " whether the call arrived.",
                "The webhook's secret is the first of BRIDGE_WEBHOOK_SECRET, or the one in BRIDGE_DATA_DIR."
            })
    int setup(
            @Option(names = "--dry-run", description = "Only print what would be created or changed.") boolean dryRun,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "20",
                            description = "How long ThingsBoard's call may take to arrive; 20 by default.")
                    int seconds) {
        if (seconds < 1 || seconds > LONGEST_WAIT) {
            return misused("--wait is a number of seconds from 1 to " + LONGEST_WAIT + ", not " + seconds + ".");
        }
        return ThingsBoardSetupConfig.read(terminal.environment())
                .fold(
                        config -> ClientConfig.read(terminal.environment())
                                .fold(bridge -> setup(config, bridge, dryRun, seconds), this::misused),
                        this::misused);
    }

    private int setup(ThingsBoardSetupConfig config, ClientConfig bridge, boolean dryRun, int seconds) {
        Webhook webhook;
        try {
            webhook = Webhook.below(config.bridge(), secret(config));
        } catch (IOException e) {
            return misused(String.valueOf(e.getMessage()));
        }
        try {
            ThingsBoardSetup setup = setup(config.settings(), webhook, bridge);
            if (dryRun) {
                print(setup.plan(), "Would create", "Would change", "ThingsBoard is set up; nothing would be changed.");
                return ExitStatus.OK;
            }
            print(setup.install(), "Created", "Changed", "ThingsBoard is set up already; nothing was changed.");
            return prove(config.settings(), webhook, bridge, seconds);
        } catch (BackendException | IOException e) {
            terminal.err().println(e.getMessage());
            return ExitStatus.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }

    private static Secret secret(ThingsBoardSetupConfig config) throws IOException {
        if (config.webhookSecret().isPresent()) {
            return config.webhookSecret().get();
        }
        Path file = TokenFile.ofWebhook(config.dataDirectory());
        try {
            return TokenFile.read(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "There is no webhook secret: set BRIDGE_WEBHOOK_SECRET to the bridge's, or BRIDGE_DATA_DIR to its data"
                            + " directory, where it is made at the bridge's first start (there is no " + file + ").",
                    e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + " may not be read; run this as the user of the bridge, or set BRIDGE_WEBHOOK_SECRET.", e);
        }
    }

    private static ThingsBoardSetup setup(ThingsBoardSettings settings, Webhook webhook, ClientConfig bridge)
            throws IOException, InterruptedException {
        return switch (settings.mode()) {
            case MANAGED -> ThingsBoardSetup.managed(settings, webhook);
            case CHAIN -> ThingsBoardSetup.chain(settings, webhook, authority(bridge));
        };
    }

    private static X509Certificate authority(ClientConfig bridge) throws IOException, InterruptedException {
        String pem;
        try {
            pem = OperatorClient.of(bridge).text("/pki/chain");
        } catch (IOException e) {
            throw new IOException(
                    "The profile of THINGSBOARD_MODE=chain needs the CA certificate that the bridge uses. "
                            + e.getMessage(),
                    e);
        }
        List<X509Certificate> chain = Pem.parseCertificates(pem).fold(found -> found, problem -> List.of());
        if (chain.isEmpty()) {
            throw new IOException("What answers at " + bridge.url() + " is not a bridge's operator listener.");
        }
        return chain.get(0);
    }

    private void print(List<SetupStep> steps, String create, String change, String nothing) {
        if (steps.isEmpty()) {
            terminal.out().println(nothing);
        }
        for (SetupStep step : steps) {
            String verb = switch (step.action()) {
                case CREATE -> create;
                case CHANGE -> change;
            };
            terminal.out().println(verb + " " + step.subject() + (step.details().isEmpty() ? "" : ":"));
            step.details().forEach(detail -> terminal.out().println("  " + detail));
        }
    }

    private int prove(ThingsBoardSettings settings, Webhook webhook, ClientConfig bridge, int seconds)
            throws InterruptedException {
        try {
            DeliveryProof proof =
                    new DeliveryProof(OperatorClient.of(bridge), settings, webhook.url(), Duration.ofSeconds(seconds));
            terminal.out().println("Proven: " + proof.run());
            return ExitStatus.OK;
        } catch (BackendException | IOException e) {
            terminal.err().println("Whether ThingsBoard's calls arrive at the bridge is not proven. " + e.getMessage());
            return ExitStatus.FAILED;
        }
    }

    private int misused(String problem) {
        terminal.err().println(problem);
        return ExitStatus.MISUSED;
    }
}
