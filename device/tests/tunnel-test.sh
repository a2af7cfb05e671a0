#!/bin/sh
# Tests tunnel.sh against a wireguard-go server, each in a network of its own. Run it with each shell and each way of making
# the interface:
#   dash device/tests/tunnel-test.sh plain busybox sh
#   dash device/tests/tunnel-test.sh wg-quick dash
# Needs wg, wg-quick, ip, ping, wireguard-go, openssl and unshare, and either root or the leave to make
# namespaces without it. Prints what failed, and ends with status 1 then.
set -eu
umask 077
LC_ALL=C
export LC_ALL
[ $# -gt 0 ] || set -- plain sh

if [ "${INSIDE_NAMESPACES:-no}" = no ]; then
    INSIDE_NAMESPACES=yes
    export INSIDE_NAMESPACES
    if [ "$(id -u)" -eq 0 ]; then
        exec unshare -n -m -- sh "$0" "$@"
    fi
    exec unshare -U -r -n -m -- sh "$0" "$@"
fi
mount --make-rprivate / 2>/dev/null || :
mount -t tmpfs tmpfs /run
mkdir -p /run/wireguard /run/netns

TUNNEL_TOOL=$1
shift
DEVICE=$(cd "$(dirname "$0")/.." && pwd)
TEMP=$(mktemp -d)
CERTS_DIR=$TEMP/certs
RUNNING=
FAILED=0
PASSED=0
mkdir -p "$CERTS_DIR/.bridge"
export CERTS_DIR TUNNEL_TOOL

tidy() {
    if [ -n "$RUNNING" ]; then kill "$RUNNING" 2>/dev/null || :; fi
    ip link del wg0 2>/dev/null || :
    ip netns exec server ip link del wgs 2>/dev/null || :
    ip netns del server 2>/dev/null || :
    rm -rf "$TEMP"
}
trap tidy EXIT

# is WHAT ACTUAL EXPECTED
is() {
    if [ "$2" = "$3" ]; then
        PASSED=$((PASSED + 1))
    else
        FAILED=$((FAILED + 1))
        printf 'FAILED: %s\n  expected: %s\n  but was:  %s\n' "$1" "$3" "$2"
    fi
}

# eventually SECONDS COMMAND...
eventually() {
    _until=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$_until" ] || return 1
        sleep 0.2
    done
}

# happens WHAT COMMAND...: the command succeeds sooner or later.
happens() {
    _what=$1
    shift
    is "$_what" "$(eventually 30 "$@" && echo yes)" yes
}

server() { ip netns exec server "$@"; }
reaches() { ping -c 1 -W 1 "$1" >/dev/null 2>&1; }
said() { grep -q "$1" "$TEMP/said"; }
count() { grep -c "$1" "$TEMP/said" || :; }
has_interface() { ip link show wg0 >/dev/null 2>&1; }
has_no_interface() { ! has_interface; }

# A network between the two; the server can be moved to another address in it, where only its name finds it.
printf '127.0.0.1 localhost\n192.0.2.1 vpn.test\n' >"$TEMP/hosts"
mount --bind "$TEMP/hosts" /etc/hosts
ip link set lo up
ip netns add server
ip link add veth-d type veth peer name veth-s
ip link set veth-s netns server
ip address add 192.0.2.10/24 dev veth-d
ip link set veth-d up
server ip link set lo up
server ip address add 192.0.2.1/24 dev veth-s
server ip link set veth-s up

wg genkey >"$TEMP/server.key"
SERVER_KEY=$(wg pubkey <"$TEMP/server.key")
server wireguard-go wgs >/dev/null 2>&1
eventually 10 server wg show wgs >/dev/null 2>&1
server wg set wgs private-key "$TEMP/server.key" listen-port 51820
server ip address add 10.8.0.1/24 dev wgs
server ip address add 10.9.0.1/16 dev wgs
server ip link set wgs up

# enroll ADDRESS: another identity with another key, as enroll.sh puts it in place.
enroll() {
    rm -f "$CERTS_DIR/enrolled"
    _private=$(wg genkey)
    server wg set wgs peer "$(printf '%s\n' "$_private" | wg pubkey)" allowed-ips "$1/32"
    printf '[Interface]\nPrivateKey = %s\nAddress = %s/32\nMTU = 1380\n\n[Peer]\nPublicKey = %s\nEndpoint = vpn.test:51820\nAllowedIPs = 10.8.0.0/24, 10.9.0.0/16\nPersistentKeepalive = 1\n' \
        "$_private" "$1" "$SERVER_KEY" >"$CERTS_DIR/wg0.conf"
    printf 'device_id dev-1\n' >"$CERTS_DIR/enrolled"
}

CA_FINGERPRINT=$(printf '%064d' 0)
BRIDGE_URL=https://127.0.0.1:1
ENROLL_CONFIG=$TEMP/conf
export CA_FINGERPRINT BRIDGE_URL ENROLL_CONFIG
: >"$ENROLL_CONFIG"
run() {
    TUNNEL_CHECK=1 TUNNEL_STALE=5 CLOCK_SYNC_WAIT=1 "$@" "$DEVICE/tunnel.sh" >>"$TEMP/said" 2>&1 &
    RUNNING=$!
}
end() {
    kill "$RUNNING"
    _status=0
    wait "$RUNNING" || _status=$?
    RUNNING=
}

_status=0
"$@" "$DEVICE/tunnel.sh" --once 2>/dev/null || _status=$?
is 'not enrolled' "$_status" 20

: >"$TEMP/said"
run "$@"
sleep 1
is 'waits for enrollment' "$(has_interface && echo up)" ''
enroll 10.8.0.2
happens 'up after enrollment' reaches 10.8.0.1
is 'another network of the tunnel' "$(reaches 10.9.0.1 && echo yes)" yes
is 'MTU' "$(ip link show wg0 | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')" 1380
is 'address' "$(ip -o -4 address show dev wg0 | sed -n 's/.* inet \([0-9.\/]*\) .*/\1/p')" 10.8.0.2/32

touch "$CERTS_DIR/wg0.conf"
sleep 2
is 'the same file is left alone' "$(count 'is up')" 1

rm "$CERTS_DIR/enrolled"
sleep 2
is 'stays up while the identity is replaced' "$(reaches 10.8.0.1 && echo yes)" yes
enroll 10.8.0.7
happens 'made anew with another identity' said 'is up: 10.8.0.7'
happens 'reaches the server with it' reaches 10.8.0.1

ip link del wg0
happens 'made anew when it has gone' has_interface
happens 'reaches the server again' reaches 10.8.0.1

# The server moves.
server ip address del 192.0.2.1/24 dev veth-s
server ip address add 192.0.2.3/24 dev veth-s
printf '127.0.0.1 localhost\n192.0.2.3 vpn.test\n' >"$TEMP/hosts"
happens 'finds a server that has moved' reaches 10.8.0.1

end
is 'ends when told' "$_status" 143
is 'takes the tunnel down' "$(has_interface && echo up)" ''

"$@" "$DEVICE/tunnel.sh" --once 2>"$TEMP/once"
happens 'up once' reaches 10.8.0.1
"$@" "$DEVICE/tunnel.sh" --down 2>>"$TEMP/once"
is 'down' "$(has_interface && echo up)" ''

# What cannot work leaves nothing behind, is told once, and works when it has been put right.
cp "$CERTS_DIR/wg0.conf" "$TEMP/good.conf"
sed 's/^PublicKey = .*/PublicKey = AAAA/' "$TEMP/good.conf" >"$CERTS_DIR/wg0.conf"
: >"$TEMP/said"
run "$@"
happens 'says why' said 'could not be brought up'
happens 'leaves nothing' has_no_interface
sleep 6
is 'says it once' "$(count 'could not be brought up')" 1
cp "$TEMP/good.conf" "$CERTS_DIR/wg0.conf"
happens 'put right' reaches 10.8.0.1
end

# A clock that has gone back to where it stood before: nobody can be asked for the time.
printf '%s\n' "$(($(date +%s) + 1000))" >"$CERTS_DIR/.bridge/clock"
mkdir "$TEMP/bin"
# Setting the clock of the machine that runs the tests is out of the question.
printf '#!/bin/sh\ncase "$*" in *-s*) printf "%%s\\n" "$*" >>"%s"; exit 0 ;; esac\nexec %s "$@"\n' \
    "$TEMP/clock-set" "$(command -v date)" >"$TEMP/bin/date"
chmod +x "$TEMP/bin/date"
CLOCK_SYNC_WAIT=1 ALLOW_VOLATILE_CERTS=yes DEVICE_ID=dev-1 HTTP_TIMEOUT=1 PATH=$TEMP/bin:$PATH \
    "$@" "$DEVICE/tunnel.sh" --once 2>"$TEMP/once" || :
is 'the last known time' "$(tail -n 1 "$TEMP/clock-set" 2>/dev/null)" "-u -s @$(cat "$CERTS_DIR/.bridge/clock")"
is 'and the tunnel is up' "$(has_interface && echo up)" up

printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
if [ "$FAILED" -gt 0 ]; then
    sed 's/^/  said: /' "$TEMP/said"
    sed 's/^/  once: /' "$TEMP/once"
fi
[ "$FAILED" -eq 0 ]
