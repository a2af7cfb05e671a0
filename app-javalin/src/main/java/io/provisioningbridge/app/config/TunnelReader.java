package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.*;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the WireGuard section of a {@link BridgeConfig}. */
final class TunnelReader {

    static final String USUAL_POOL = "10.8.0.0/24";

    // What a Linux interface may be called, as wg-quick checks it.
    private static final Pattern INTERFACE = Pattern.compile("[a-zA-Z0-9_=+.-]{1,15}");
    private static final int SMALLEST_MTU = 1280;
    private static final int LARGEST_MTU = 1500;
    private static final String OUTSIDE_DEMO = "; only the demo does without it";

    private TunnelReader() {}

    /** @param data the data directory */
    static Optional<TunnelConfig> read(Values values, Path data) {
        Optional<String> apply = values.orDefault(WG_APPLY, "file", Choice.of("file", "uapi", "command"));
        Optional<String> interfaceName = values.orDefault(WG_INTERFACE, "wg0", TunnelReader::parseInterface);
        Optional<Duration> quarantine = values.orDefault(WG_ADDRESS_QUARANTINE, "24h", DurationText::parse);
        Optional<AddressPools> pools = values.orDefault(WG_SUBNET, USUAL_POOL, AddressPools::parse);
        Optional<HostPort> endpoint = values.required(
                WG_SERVER_ENDPOINT,
                ": host:port of the WireGuard server as devices dial it" + OUTSIDE_DEMO,
                HostPort::parse);
        Optional<PeerKey> key = values.required(
                WG_SERVER_PUBLIC_KEY,
                ": the WireGuard server's public key, as `wg show wg0 public-key` prints it" + OUTSIDE_DEMO,
                PeerKey::parse);
        // When the pools are wrong, that is the problem to report; what stands in for them here is never used.
        String allPools = pools.map(AddressPools::toString).orElse(USUAL_POOL);
        Optional<List<IpNetwork>> allowed = values.orDefault(WG_CLIENT_ALLOWED_IPS, allPools, IpNetwork::parseList);
        Optional<Integer> mtu = values.optional(WG_CLIENT_MTU, TunnelReader::parseMtu);
        Optional<Path> directory =
                values.orDefault(WG_CONFIG_DIR, data.resolve("wireguard").toString(), SmallFile::parsePath);
        if (Stream.of(apply, interfaceName, quarantine, pools, endpoint, key, allowed, directory)
                .anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        return Optional.of(new TunnelConfig(
                pools.get(),
                endpoint.get(),
                key.get(),
                allowed.get(),
                mtu.map(OptionalInt::of).orElseGet(OptionalInt::empty),
                directory.get(),
                TunnelConfig.Apply.valueOf(apply.get().toUpperCase(Locale.ROOT)),
                interfaceName.get(),
                quarantine.get()));
    }

    static Parsed<String> parseInterface(String text) {
        return INTERFACE.matcher(text).matches()
                ? Parsed.valid(text)
                : Parsed.invalid(Quoted.of(text) + " is not an interface name such as wg0");
    }

    private static Parsed<Integer> parseMtu(String text) {
        int mtu = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        return mtu >= SMALLEST_MTU && mtu <= LARGEST_MTU
                ? Parsed.valid(mtu)
                : Parsed.invalid(Quoted.of(text) + " is not an MTU; write a number of bytes such as 1420");
    }
}
