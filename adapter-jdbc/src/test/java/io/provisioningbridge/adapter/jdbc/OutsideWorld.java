package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * An authority and a tunnel server that outlive the bridge, as its update server and its platform do, and remember what was done to them: every certificate signed and
 * revoked, every change of a peer, and whether the peers were read since. Not safe for concurrent use.
 */
final class OutsideWorld implements CertificateAuthority, TunnelPeers {

    private final InMemoryCertificateAuthority authority;
    private final InMemoryTunnelPeers peers = new InMemoryTunnelPeers();
    private final OutsideTargets targets = new OutsideTargets();
    private final OutsidePlatform platform;

    private final Map<BigInteger, KeyHash> signed = new LinkedHashMap<>();
    private final List<BigInteger> revoked = new ArrayList<>();
    private final Set<BigInteger> knownRevoked = new TreeSet<>();
    private final List<String> peerChanges = new ArrayList<>();
    private boolean readSinceLastChange;

    OutsideWorld(SettableClock clock) {
        this.authority = new InMemoryCertificateAuthority(clock, new FaultPlan(), Duration.ofDays(30));
        this.platform = new OutsidePlatform(clock);
    }

    OutsideTargets targets() {
        return targets;
    }

    OutsidePlatform platform() {
        return platform;
    }

    @Override
    public IssuedCertificate sign(CertificateSigningRequest request) {
        IssuedCertificate issued = authority.sign(request);
        signed.put(issued.leaf().getSerialNumber(), request.keyHash());
        return issued;
    }

    @Override
    public Revocation revoke(BigInteger serial) {
        Revocation answer = authority.revoke(serial);
        if (answer == Revocation.REVOKED) {
            revoked.add(serial);
        } else {
            knownRevoked.add(serial);
        }
        return answer;
    }

    @Override
    public List<X509Certificate> authorities() {
        return authority.authorities();
    }

    @Override
    public List<Result> put(List<Assignment> batch) {
        return changing(() -> peers.put(batch));
    }

    @Override
    public List<Result> remove(List<PeerKey> keys) {
        return changing(() -> peers.remove(keys));
    }

    private List<Result> changing(Supplier<List<Result>> call) {
        Map<PeerKey, Set<String>> before = peers.known();
        List<Result> results = call.get();
        Map<PeerKey, Set<String>> after = peers.known();
        Set<String> changes = new TreeSet<>();
        before.forEach((key, addresses) -> {
            if (!addresses.equals(after.get(key))) {
                changes.add("-" + key);
            }
        });
        after.forEach((key, addresses) -> {
            if (!addresses.equals(before.get(key))) {
                changes.add("+" + key);
            }
        });
        if (!changes.isEmpty()) {
            peerChanges.add(String.join(" ", changes));
            readSinceLastChange = false;
        }
        return results;
    }

    @Override
    public Map<PeerKey, Set<String>> observe() {
        readSinceLastChange = true;
        return peers.observe();
    }

    @Override
    public Evidence evidence() {
        return Evidence.OBSERVED;
    }

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }

    /** The key of every certificate ever signed, by serial number. */
    Map<BigInteger, KeyHash> signed() {
        return Map.copyOf(signed);
    }

    /** The serial numbers of what was revoked, as often as it was. */
    List<BigInteger> revoked() {
        return List.copyOf(revoked);
    }

    /** Of which certificates it has told that they were revoked already. */
    Set<BigInteger> knownRevoked() {
        return Set.copyOf(knownRevoked);
    }

    /** What calls did to the peers, in order; those that changed nothing left out. */
    List<String> peerChanges() {
        return List.copyOf(peerChanges);
    }

    Map<PeerKey, Set<String>> known() {
        return peers.known();
    }

    /** Whether the peers were read after the last change of any. */
    boolean isReadSinceLastChange() {
        return readSinceLastChange;
    }
}
