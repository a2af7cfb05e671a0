package io.provisioningbridge.simulators.thingsboard;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A ThingsBoard on loopback addresses: its REST API over plain HTTP, MQTT over TLS, and the webhook that the rule chain of a
 * device's profile calls. Profiles and rule chains are installed over REST, as on a real one. It forgets everything when it is
 * closed. Safe for concurrent use.
 *
 * <p>Unlike a real one it keeps no time series, runs no scripts (the webhook's body is what the shipped rule chain makes), and
 * verifies no right but that of its one tenant administrator.
 */
public final class ThingsBoardSimulator implements AutoCloseable {

    private final Accounts accounts = new Accounts();
    private final Sessions sessions = new Sessions();
    private final RuleChains ruleChains = new RuleChains();
    private final Tenant tenant;
    private final RuleEngine rules;
    private final Admission admission;
    private final RestServer rest;
    private final MqttServer mqtt;

    /** What answers a request in the API's place. */
    @FunctionalInterface
    public interface Interference {

        /** @return whether it took the exchange, whatever it does with it */
        boolean takes(String method, String path, HttpExchange exchange) throws IOException;
    }

    /** @param clock when devices connect, and whether their certificates are valid */
    public ThingsBoardSimulator(ServerIdentity identity, InstantSource clock, Timing timing) {
        this(identity, clock, timing, InetAddress.getLoopbackAddress());
    }

    /** @param mqttAddress where devices connect; everything else is at loopback addresses all the same */
    public ThingsBoardSimulator(ServerIdentity identity, InstantSource clock, Timing timing, InetAddress mqttAddress) {
        this.rules = new RuleEngine(timing, this::ruleChainOf);
        this.tenant = new Tenant(sessions::close, rules::accept);
        this.admission = new Admission(tenant, clock, rules::accept);
        this.rest = new RestServer(accounts, tenant, ruleChains, clock);
        this.mqtt = new MqttServer(identity, mqttAddress, admission, sessions);
    }

    /** That of the device's profile, or the root's. */
    private Optional<RuleChain> ruleChainOf(String profileId) {
        return ruleChains.chain(tenant.findProfile(profileId).flatMap(Profile::ruleChain));
    }

    /** From now on it calls webhooks by what this trusts, instead of the authorities of the Java platform. */
    public void trustForWebhooks(SSLContext context) {
        rules.trust(context);
    }

    /** The REST API's base URL. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + rest.port());
    }

    /** The port of MQTT over TLS. */
    public int mqttPort() {
        return mqtt.port();
    }

    public String user() {
        return Accounts.USER;
    }

    public String password() {
        return Accounts.PASSWORD;
    }

    /** A new API key of the tenant administrator. */
    public String newApiKey() {
        return accounts.newApiKey();
    }

    /** How often somebody logged in, or tried to. */
    public int logins() {
        return accounts.logins();
    }

    /** All access tokens have run out. */
    public void expireAccessTokens() {
        accounts.expireAccessTokens();
    }

    /** No refresh token is known any more. */
    public void forgetRefreshTokens() {
        accounts.forgetRefreshTokens();
    }

    /** No API key is known any more. */
    public void revokeApiKeys() {
        accounts.revokeApiKeys();
    }

    /** From now on so many authorized requests are served, and all others refused with 429. */
    public void limitRequests(int requests) {
        rest.limit(requests);
    }

    /**
     * From now on authorized requests are limited as a tenant profile does it.
     *
     * @param limit such as {@code 10:1,30:60} for 10 in a second and 30 in a minute; empty for none
     */
    public void limitRate(String limit) {
        rest.limitRate(limit);
    }

    /** How many requests the limit of {@link #limitRate} has refused. */
    public int refusedByRate() {
        return rest.refusedByRate();
    }

    /** From now on this sees every request first. */
    public void interfere(Interference interference) {
        rest.interfere(interference);
    }

    /** From now on requests are served as usual. */
    public void stopInterfering() {
        rest.interfere((method, path, exchange) -> false);
    }

    /** The REST API cannot be reached any more. */
    public void stopRest() {
        rest.stop();
    }

    /** It can be reached again, at the same port. */
    public void startRest() {
        rest.startAgain();
    }

    /**
     * A device presents these certificates, as it would over MQTT, and ends its connection at once.
     *
     * @param chain leaf first
     * @return whether it is admitted
     */
    public boolean connect(List<X509Certificate> chain) {
        Optional<String> device = admission.byCertificate(chain);
        device.ifPresent(admission::connected);
        device.ifPresent(admission::disconnected);
        return device.isPresent();
    }

    /** Whether the device of this name has a connection. */
    public boolean isConnected(String name) {
        return tenant.named(name).map(device -> sessions.isConnected(device.id)).orElse(false);
    }

    @Override
    public void close() {
        rest.close();
        mqtt.close();
        rules.close();
    }
}
