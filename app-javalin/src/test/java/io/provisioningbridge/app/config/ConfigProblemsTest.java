package io.provisioningbridge.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One wrong thing at a time: each is reported once, under the right name, with what would be right. */
class ConfigProblemsTest {

    private static final Map<String, String> STEP_CA = Map.of(
            "STEP_CA_URL", "https://ca:9000",
            "STEP_CA_FINGERPRINT", "0f".repeat(32),
            "STEP_CA_PROVISIONER_NAME", "bridge",
            "STEP_CA_PROVISIONER_PASSWORD", "secret");
    private static final Map<String, String> WIREGUARD = Map.of(
            "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
            "WG_SERVER_PUBLIC_KEY", "q1ftVnTSoU4rjEtqpEoMTPZU4JdqXZVpXCFmmFNq8Xo=");

    private static final Map<String, String> BACKENDS = Map.of(
            "HAWKBIT_URL", "https://hawkbit",
            "HAWKBIT_USER", "bridge",
            "HAWKBIT_PASSWORD", "its password",
            "THINGSBOARD_URL", "http://things");

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
                    STEP_CA_URL                 | http://ca:9000                   | use https
                    STEP_CA_URL                 | ca:9000                          | does not begin with https://
                    STEP_CA_URL                 | https://step_ca:9000             | an underscore is not allowed
                    STEP_CA_URL                 | https://ca:99999                 | port between 1 and 65535
                    STEP_CA_URL                 | https://ca:9000/?a=b             | must end before any '?'
                    STEP_CA_URL                 | https://me:secret@ca:9000        | must not hold a user
                    STEP_CA_URL                 | https://ca 9000                  | is not a URL
                    STEP_CA_URL                 | https://                         | is not a URL
                    STEP_CA_FINGERPRINT         | 0f0f                             | 64 hex digits
                    STEP_CA_FINGERPRINT         | sha256=0f                        | not a hexadecimal number
                    BRIDGE_CA                   | step-ca                          | is not one of: embedded
                    BRIDGE_CERT_LIFETIME        | 30                               | such as 24h or 30d
                    BRIDGE_CERT_LIFETIME        | 59s                              | at least 5 minutes
                    BRIDGE_CERT_LIFETIME        | 0h                               | such as 24h or 30d
                    BRIDGE_CERT_LIFETIME        | -PT1H                            | such as 24h or 30d
                    BRIDGE_CERT_LIFETIME        | 999999999d                       | such as 24h or 30d
                    WG_SUBNET                   | 10.8.0.0                         | 10.8.0.0/24
                    WG_SUBNET                   | 10.8.0.7/24                      | did you mean 10.8.0.0/24?
                    WG_SUBNET                   | 10.8.0.0/24,10.8.0.0/25          | overlap
                    WG_SERVER_ENDPOINT          | vpn.example.com                  | has no port
                    WG_SERVER_ENDPOINT          | vpn.example.com:0                | port between 1 and 65535
                    WG_SERVER_ENDPOINT          | 2001:db8::1:51820                | stands in brackets
                    WG_SERVER_ENDPOINT          | 10.8.0:51820                     | does not begin with a host
                    WG_SERVER_ENDPOINT          | vpn;reboot:51820                 | does not begin with a host
                    WG_SERVER_PUBLIC_KEY        | AAAA                             | wg pubkey
                    WG_CLIENT_ALLOWED_IPS       | 10.8.0.1/24                      | did you mean 10.8.0.0/24?
                    WG_CLIENT_ALLOWED_IPS       | 10.8.0.0/33                      | between 0 and 32
                    WG_CLIENT_ALLOWED_IPS       | everything                       | is not a network
                    WG_CLIENT_MTU               | 100                              | such as 1420
                    WG_APPLY                    | magic                            | is not one of: file, uapi, command
                    BRIDGE_LISTEN               | 8443                             | write host:port
                    BRIDGE_LISTEN               | :8443                            | does not begin with a host
                    BRIDGE_LISTEN               | 0.0.0.0:70000                    | port between 0 and 65535
                    BRIDGE_PUBLIC_URL           | http://bridge.example.com        | the bridge speaks https
                    BRIDGE_PUBLIC_URL           | bridge.example.com               | does not begin with https://
                    BRIDGE_PUBLIC_URL           | https://bridge/$x                | cannot be called by ThingsBoard
                    BRIDGE_TLS                  | on                               | is not one of: auto, files, off
                    BRIDGE_TLS_CERT             | /tls/bridge.pem                  | only for BRIDGE_TLS=files
                    BRIDGE_TLS_KEY              | /tls/bridge.key                  | only for BRIDGE_TLS=files
                    BRIDGE_TRUSTED_PROXIES      | proxy.example.com                | is not a network
                    ENROLLMENT_POLICY           | token                            | not available in this version; use open
                    ENROLLMENT_POLICY           | everybody                        | is not one of: open
                    ENROLLMENT_POLICY           | open,allowlist                   | not available in this version
                    ENROLLMENT_RESERVED_IDS     | ok,not ok                        | 'not ok'
                    BRIDGE_CONFIG               | /nowhere/bridge.properties       | there is no file
                    HAWKBIT_URL                 | hawkbit:8080                     | does not begin with https://
                    HAWKBIT_TARGET_TOKENS       | yes                              | is not one of: on, off
                    HAWKBIT_USER                | a:b                              | holds a colon
                    HAWKBIT_TENANT              | my/tenant                        | is not a tenant's name
                    HAWKBIT_PUBLIC_URL          | updates.example.com              | does not begin with https://
                    HAWKBIT_PUBLIC_URL          | https://h/$(reboot)              | has characters that devices refuse
                    HAWKBIT_CA                  | /etc/ca.pem                      | goes into HAWKBIT_CA_FILE
                    THINGSBOARD_URL             | https://me:secret@things         | must not hold a user
                    THINGSBOARD_API_KEY         | tb secret                        | is not an API key
                    THINGSBOARD_CA              | -----BEGIN                       | only for an https URL
                    THINGSBOARD_MODE            | allow-create                     | is not one of: managed, chain
                    MQTT_PUBLIC_ENDPOINT        | mqtt                             | has no port
                    WG_INTERFACE                | wg0/../x                         | is not an interface name
                    WG_ADDRESS_QUARANTINE       | a day                            | such as 24h or 30d
                    BRIDGE_ADMIN_LISTEN         | 8444                             | write host:port
                    BRIDGE_ADMIN_LISTEN         | 0.0.0.0:8443                     | is BRIDGE_LISTEN too
                    BRIDGE_OPERATOR_TOKEN       | hunter2                          | 16 to 512 characters
                    BRIDGE_OPERATOR_TOKEN       | not a token that a header has    | may hold only letters
                    BRIDGE_SIGNING_KEY_FILE     | /nowhere/signing.pem             | there is no file
                    BRIDGE_VIEWER_TOKEN         | "seventeen-letters                | may hold only letters
                    BRIDGE_WEBHOOK_SECRET       | hunter2                          | 16 to 512 characters
                    BRIDGE_WEBHOOK_SECRET       | 0123456789abcdef,                | 16 to 512 characters
                    BRIDGE_WEBHOOK_SECRET       | 0123456789abcdef,0123456789abcdef | holds the same value twice
                    BRIDGE_WEBHOOK_SECRET       | 0123456789abcdef,fedcba9876543210,a0123456789abcdef | more than two
                    BRIDGE_DATABASE_URL         | jdbc:postgresql://db/bridge      | remove it
                    REENROLLMENT                | always                           | is not one of: proof, open, never
                    REENROLLMENTS               | proof                            | did you mean REENROLLMENT?
                    BRIDGE_DATADIR              | /data                            | did you mean BRIDGE_DATA_DIR?
                    BRIDGE_TLS_CERTFILE         | /data                            | did you mean BRIDGE_TLS_CERT_FILE?
                    BRIDGE_CONFIG_FILE          | /data                            | there is no such variable
                    ENROLLMENT_MODE             | open                             | there is no such variable
                    """)
    void aWrongValueShouldBeReported(String name, String value, String saying) {
        Map<String, String> environment = new HashMap<>(STEP_CA);
        environment.putAll(WIREGUARD);
        environment.putAll(BACKENDS);
        environment.put(name, value);

        ConfigReading reading = BridgeConfig.read(environment);

        assertThat(reading.problems()).hasSize(1).first().satisfies(problem -> {
            assertThat(problem.name()).isEqualTo(name);
            assertThat(problem.text()).contains(saying).doesNotContain("secret");
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    neither authority                  | W                                                           | STEP_CA_URL
                    both authorities                   | W S BRIDGE_CA=embedded                                      | STEP_CA_URL STEP_CA_FINGERPRINT STEP_CA_PROVISIONER_NAME STEP_CA_PROVISIONER_PASSWORD
                    step-ca without its URL            | W S STEP_CA_URL=                                            | STEP_CA_URL
                    half a step-ca beside embedded     | W BRIDGE_CA=embedded STEP_CA_FINGERPRINT=00                 | STEP_CA_FINGERPRINT
                    step-ca without fingerprint        | W S STEP_CA_FINGERPRINT=                                    | STEP_CA_FINGERPRINT
                    step-ca without password           | W S STEP_CA_PROVISIONER_PASSWORD=                           | STEP_CA_PROVISIONER_PASSWORD
                    a URL alone, and that wrong        | W STEP_CA_URL=x                                             | STEP_CA_URL STEP_CA_FINGERPRINT STEP_CA_PROVISIONER_NAME STEP_CA_PROVISIONER_PASSWORD
                    no WireGuard server                | S                                                           | WG_SERVER_ENDPOINT WG_SERVER_PUBLIC_KEY
                    files, but none named              | W S BRIDGE_TLS=files                                        | BRIDGE_TLS_CERT BRIDGE_TLS_KEY
                    files that are not there           | W S BRIDGE_TLS=files BRIDGE_TLS_CERT=/no/a BRIDGE_TLS_KEY=/no/b | BRIDGE_TLS_CERT BRIDGE_TLS_KEY
                    files with a provisioner           | W S BRIDGE_TLS=files BRIDGE_TLS_PROVISIONER_NAME=x          | BRIDGE_TLS_PROVISIONER_NAME BRIDGE_TLS_CERT BRIDGE_TLS_KEY
                    no TLS, but a key                  | W S BRIDGE_TLS=off BRIDGE_TLS_KEY=/k                        | BRIDGE_TLS_KEY
                    no TLS, but a provisioner          | W S BRIDGE_TLS=off BRIDGE_TLS_PROVISIONER_PASSWORD=x        | BRIDGE_TLS_PROVISIONER_PASSWORD
                    half a TLS provisioner             | W S BRIDGE_TLS_PROVISIONER_NAME=x                           | BRIDGE_TLS_PROVISIONER_PASSWORD
                    a TLS provisioner without step-ca  | W BRIDGE_CA=embedded BRIDGE_TLS_PROVISIONER_NAME=x BRIDGE_TLS_PROVISIONER_PASSWORD=y | BRIDGE_TLS_PROVISIONER_NAME BRIDGE_TLS_PROVISIONER_PASSWORD
                    operators in the clear             | W S BRIDGE_TLS=off BRIDGE_ADMIN_LISTEN=0.0.0.0:8444         | BRIDGE_ADMIN_LISTEN
                    one token for two roles            | W S BRIDGE_OPERATOR_TOKEN=0123456789abcdef BRIDGE_VIEWER_TOKEN=0123456789abcdef | BRIDGE_VIEWER_TOKEN
                    hawkBit without its URL            | W S HAWKBIT_USER=bridge HAWKBIT_PASSWORD=x                  | HAWKBIT_URL
                    devices told of no hawkBit         | W S HAWKBIT_PUBLIC_URL=https://updates                      | HAWKBIT_URL
                    tokens of no hawkBit               | W S HAWKBIT_TARGET_TOKENS=on                                | HAWKBIT_URL
                    a hawkBit user without password    | W S HAWKBIT_URL=http://h HAWKBIT_USER=bridge                | HAWKBIT_PASSWORD
                    a hawkBit password without user    | W S HAWKBIT_URL=http://h HAWKBIT_PASSWORD=x                 | HAWKBIT_USER
                    trust in plain HTTP                | W S HAWKBIT_URL=http://h HAWKBIT_CA=x                       | HAWKBIT_CA
                    ThingsBoard without its URL        | W S THINGSBOARD_API_KEY=x                                   | THINGSBOARD_URL
                    authorities in no file             | W S HAWKBIT_URL=https://h HAWKBIT_CA_FILE=/nowhere          | HAWKBIT_CA
                    a mode of no ThingsBoard           | W S THINGSBOARD_MODE=chain                                  | THINGSBOARD_URL
                    a ThingsBoard user without password | W S THINGSBOARD_URL=http://t THINGSBOARD_USER=bridge       | THINGSBOARD_PASSWORD
                    a ThingsBoard password without user | W S THINGSBOARD_URL=http://t THINGSBOARD_PASSWORD=x        | THINGSBOARD_USER
                    an API key and a login             | W S THINGSBOARD_URL=http://t THINGSBOARD_API_KEY=k THINGSBOARD_USER=bridge THINGSBOARD_PASSWORD=x | THINGSBOARD_API_KEY
                    the webhook's secret is a token    | W S BRIDGE_OPERATOR_TOKEN=0123456789abcdef BRIDGE_WEBHOOK_SECRET=fedcba9876543210,0123456789abcdef | BRIDGE_WEBHOOK_SECRET
                    nothing at all                     |                                                             | STEP_CA_URL WG_SERVER_ENDPOINT WG_SERVER_PUBLIC_KEY
                    """)
    void anImpossibleCombinationShouldBeReported(String what, String given, String reported) {
        Map<String, String> environment = new HashMap<>();
        for (String word : (given == null ? "" : given).split(" ", -1)) {
            switch (word) {
                case "W" -> environment.putAll(WIREGUARD);
                case "S" -> environment.putAll(STEP_CA);
                case "" -> {}
                default -> environment.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
            }
        }

        ConfigReading reading = BridgeConfig.read(environment);

        assertThat(reading.problems()).extracting(Finding::name).containsExactlyInAnyOrder(reported.split(" ", -1));
    }

    @Test
    void aDirectoryShouldNotPassForACertificate(@TempDir Path directory) {
        Map<String, String> environment = new HashMap<>(STEP_CA);
        environment.putAll(WIREGUARD);
        environment.put("BRIDGE_TLS", "files");
        environment.put("BRIDGE_TLS_CERT", directory.toString());
        environment.put("BRIDGE_TLS_KEY", directory.resolve("key.pem").toString());

        assertThat(BridgeConfig.read(environment).problems())
                .extracting(Finding::text)
                .satisfiesExactly(
                        text -> assertThat(text).contains("is a directory"),
                        text -> assertThat(text).contains("there is no file"));
    }

    @Test
    void aValueShouldNotForgeALineOfTheReport() {
        Map<String, String> environment = new HashMap<>(STEP_CA);
        environment.putAll(WIREGUARD);
        environment.put("WG_APPLY", "x\nerror: forged\u001b[2J");

        assertThat(BridgeConfig.read(environment).problems().get(0).toString())
                .doesNotContain("\n", "\u001b")
                .contains("\\u000aerror: forged\\u001b[2J");
    }
}
