package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a WireGuard server's configuration. Every byte of the file is one character, so that what is not understood
 * can be written back as it was. Sections, names and blanks are read as {@code wg setconf} reads them.
 *
 * @param before what stands before the bridge's block; the whole file when there is none
 * @param block the bridge's block with its markers and the end of its last line; empty when there is none
 * @param after what stands after it
 * @param ours the peers inside the block, with what they may send from
 * @param foreign those outside of it
 * @param problem why the file cannot be worked on, for people; empty when it can
 */
record ServerConf(
        String before,
        String block,
        String after,
        Map<PeerKey, Set<String>> ours,
        Map<PeerKey, Set<String>> foreign,
        String problem) {

    static final String BEGIN = "# BEGIN provisioning-bridge peers";
    static final String END = "# END provisioning-bridge peers";

    /** Reads a file. */
    static ServerConf parse(String text) {
        return new Reader(text).read();
    }

    /** One peer as it is in the block. */
    static String peer(PeerKey key, TunnelAddress address) {
        return "\n[Peer]\nPublicKey = " + key.base64() + "\nAllowedIPs = " + address + "/32\n";
    }

    /** Takes a text apart line by line. */
    private static final class Reader {

        private enum Section {
            NONE,
            INTERFACE,
            PEER
        }

        private static final int ABSENT = -1;

        private final String text;
        private final Map<PeerKey, Set<String>> ours = new LinkedHashMap<>();
        private final Map<PeerKey, Set<String>> foreign = new LinkedHashMap<>();

        private int begin = ABSENT;
        private int end = ABSENT;
        private boolean privateKey;
        private String problem = "";

        private Section section = Section.NONE;
        private @Nullable PeerKey key;
        private Set<String> allowed = new LinkedHashSet<>();

        Reader(String text) {
            this.text = text;
        }

        ServerConf read() {
            int start = 0;
            while (start < text.length()) {
                int newline = text.indexOf('\n', start);
                int next = newline < 0 ? text.length() : newline + 1;
                line(text.substring(start, next).strip(), start, next);
                start = next;
            }
            endPeer();
            if (begin != ABSENT && end == ABSENT) {
                complain("has a line \"" + BEGIN + "\" and no \"" + END + "\" after it; put it right, or remove both");
            } else if (!privateKey) {
                complain("has no [Interface] with a PrivateKey, so no server can be run with it");
            }
            return begin == ABSENT || end == ABSENT
                    ? new ServerConf(text, "", "", ours, foreign, problem)
                    : new ServerConf(
                            text.substring(0, begin),
                            text.substring(begin, end),
                            text.substring(end),
                            ours,
                            foreign,
                            problem);
        }

        private void line(String line, int start, int next) {
            if (line.equals(BEGIN)) {
                endPeer();
                if (begin != ABSENT) {
                    complain("has a second line \"" + BEGIN + "\"; leave one block only");
                }
                begin = start;
                section = Section.NONE;
            } else if (line.equals(END)) {
                endPeer();
                if (begin == ABSENT || end != ABSENT) {
                    complain("has a line \"" + END + "\" that ends nothing; remove it");
                }
                end = next;
                section = Section.NONE;
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                content(line);
            }
        }

        private void content(String line) {
            int comment = line.indexOf('#');
            String bare = comment < 0 ? line : line.substring(0, comment);
            if (bare.startsWith("[")) {
                endPeer();
                String name = bare.strip().toLowerCase(Locale.ROOT);
                section = name.equals("[peer]")
                        ? Section.PEER
                        : name.equals("[interface]") ? Section.INTERFACE : Section.NONE;
                return;
            }
            if (section == Section.NONE && end != ABSENT) {
                // It would become part of the last peer in the block.
                complain("goes on after the line \"" + END + "\" without a new section");
            }
            int equals = bare.indexOf('=');
            if (equals > 0) {
                setting(
                        bare.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                        bare.substring(equals + 1).strip());
            }
        }

        private void setting(String name, String value) {
            if (section == Section.INTERFACE && name.equals("privatekey")) {
                privateKey = privateKey || !value.isEmpty();
            } else if (section == Section.PEER && name.equals("publickey")) {
                key = PeerKey.parse(value).value().orElse(null);
            } else if (section == Section.PEER && name.equals("allowedips")) {
                for (String part : value.split(",", -1)) {
                    if (!part.isBlank()) {
                        allowed.add(network(part.strip()));
                    }
                }
            }
        }

        private void complain(String what) {
            if (problem.isEmpty()) {
                problem = what;
            }
        }

        private void endPeer() {
            if (section == Section.PEER && key != null) {
                (begin != ABSENT && end == ABSENT ? ours : foreign).put(key, allowed);
            }
            key = null;
            allowed = new LinkedHashSet<>(2);
        }

        /** As {@code wg show} prints it: an address alone is a network of one. Host bits stay as they were written. */
        private static String network(String text) {
            if (text.contains("/")) {
                return text;
            }
            return text + (text.contains(":") ? "/128" : "/32");
        }
    }
}
