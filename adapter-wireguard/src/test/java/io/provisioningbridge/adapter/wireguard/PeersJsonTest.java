package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PeersJsonTest {

    @Test
    void whatIsWrittenShouldBeReadBackWhateverTheIds() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            SortedMap<String, TunnelAddress> addresses = new TreeMap<>();
            for (int j = random.nextInt(20); j > 0; j--) {
                addresses.put(anyId(random), new TunnelAddress(random.nextLong(1L << 32)));
            }
            byte[] text = written(addresses);

            Map<String, TunnelAddress> read = new HashMap<>();
            Parsed<Integer> count = PeersJson.read(
                    new ByteArrayInputStream(text),
                    entry -> read.put(entry.id(), entry.address().orThrow()));

            assertThat(count.orThrow()).isEqualTo(addresses.size());
            assertThat(read).isEqualTo(addresses);
            assertThat(new String(text, StandardCharsets.UTF_8).lines())
                    .as("one entry a line, also when ids hold line ends")
                    .hasSize(addresses.isEmpty() ? 1 : addresses.size() + 2);
        }
    }

    @Test
    void damagedTextShouldGiveEntriesOrAProblemThatCanBeShown() throws IOException {
        Seeded seeded = new Seeded(2);
        SortedMap<String, TunnelAddress> addresses = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            addresses.put(seeded.deviceId().text(), new TunnelAddress(168_296_450 + i));
        }
        byte[] text = written(addresses);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            Parsed<Integer> count = PeersJson.read(
                    new ByteArrayInputStream(seeded.mutated(text)),
                    entry -> assertThat(entry.address().<String>fold(TunnelAddress::toString, problem -> problem))
                            .matches("[ -~…]+"));
            String problem = count.fold(number -> "", words -> words);
            assertThat(problem).matches("[ -~]*").hasSizeLessThan(120);
            refused += problem.isEmpty() ? 0 : 1;
        }
        assertThat(refused).isBetween(5_000, 19_999);
    }

    private static byte[] written(SortedMap<String, TunnelAddress> addresses) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PeersJson.write(new PeerSnapshot(1, addresses), out);
        return out.toByteArray();
    }

    /** Any characters but lone surrogates, which have no UTF-8. */
    private static String anyId(Random random) {
        return random.ints(random.nextInt(30), 0, Character.MAX_CODE_POINT + 1)
                .map(c -> random.nextBoolean() ? c % 128 : c)
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
