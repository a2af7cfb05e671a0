#!/bin/sh
# Tests apply-peers.sh against wireguard-go, in namespaces of its own. Run it with each shell that the script is meant for:
#   dash deploy/wireguard/tests/apply-peers-test.sh dash
#   dash deploy/wireguard/tests/apply-peers-test.sh busybox sh
# Needs wg, ip, wireguard-go and unshare, and either root or the leave to make namespaces without it. Prints what failed,
# and ends with status 1 then.
set -eu
LC_ALL=C
export LC_ALL
[ $# -gt 0 ] || set -- sh

if [ "${INSIDE_NAMESPACES:-no}" = no ]; then
    INSIDE_NAMESPACES=yes
    export INSIDE_NAMESPACES
    if [ "$(id -u)" -eq 0 ]; then
        exec unshare -n -m -- sh "$0" "$@"
    fi
    exec unshare -U -r -n -m -- sh "$0" "$@"
fi
mount --make-rprivate / 2>/dev/null || :
# wireguard-go's sockets, which no namespace keeps apart.
mount -t tmpfs tmpfs /run
mkdir -p /run/wireguard

SCRIPT=$(dirname "$(readlink -f "$0")")/../apply-peers.sh
TEMP=$(mktemp -d)
CONF=$TEMP/wg0.conf
WATCHER=
FAILED=0
PASSED=0

tidy() {
    if [ -n "$WATCHER" ]; then kill "$WATCHER" 2>/dev/null || :; fi
    ip link del wg0 2>/dev/null || :
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

# contains WHAT TEXT PART
contains() {
    case $2 in
        *"$3"*) PASSED=$((PASSED + 1)) ;;
        *) is "$1" "$2" "...$3..." ;;
    esac
}

# once SHELL...: applies the file once and prints how that ended; OUTPUT is what was said.
once() {
    _status=0
    "$@" "$SCRIPT" --once "$CONF" >"$TEMP/output" 2>&1 || _status=$?
    OUTPUT=$(cat "$TEMP/output")
    STATUS=$_status
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

key() { wg genkey | wg pubkey; }
peers() { wg show wg0 allowed-ips | sort; }
lines() { printf '%s\n' "$@" | sort; }
has_peers() { [ "$(peers)" = "$1" ]; }
said() { grep -q "$1" "$TEMP/watched"; }
tab=$(printf '\t')

start_interface() {
    wireguard-go wg0 >/dev/null 2>&1
    eventually 10 wg show wg0 >/dev/null 2>&1
    ip link set wg0 up
}

PRIVATE=$(wg genkey)
A=$(key)
B=$(key)
C=$(key)
head_of() { printf '[Interface]\nPrivateKey = %s\nAddress = %s\nListenPort = 51820\nPostUp = touch %s/run\n' "$PRIVATE" "$1" "$TEMP"; }
peer() { printf '\n[Peer]\nPublicKey = %s\nAllowedIPs = %s\n' "$1" "$2"; }

ip link set lo up
start_interface

{ head_of 10.8.0.1/24; printf '# a comment = with text\n'; peer "$A" 10.8.0.2/32; peer "$B" '10.8.0.3, fd00::3 # two'; } >"$CONF"
once "$@"
is 'applied' "$STATUS" 0
is 'peers' "$(peers)" "$(lines "$A${tab}10.8.0.2/32" "$B${tab}10.8.0.3/32 fd00::3/128")"
is 'the key' "$(wg show wg0 private-key)" "$PRIVATE"
is 'the port' "$(wg show wg0 listen-port)" 51820
is 'nothing of wg-quick is run' "$(ls "$TEMP/run" 2>/dev/null)" ''
is 'no route where the address has a mask' "$(ip route show dev wg0)" ''

# What a session is known by outlives another peer's coming and going.
wg set wg0 peer "$A" endpoint 192.0.2.7:4711
{ head_of 10.8.0.1/24; peer "$A" 10.8.0.2/32; peer "$C" 10.8.0.4/32; } >"$CONF"
once "$@"
is 'one went, one came' "$(peers)" "$(lines "$A${tab}10.8.0.2/32" "$C${tab}10.8.0.4/32")"
is 'the session stays' "$(wg show wg0 endpoints | grep -F "$A")" "$A${tab}192.0.2.7:4711"

before=$(wg showconf wg0 | sort)
refused() {
    _what=$1
    _part=$2
    shift 2
    once "$@"
    is "$_what: status" "$STATUS" 1
    contains "$_what: why" "$OUTPUT" "$_part"
    is "$_what: interface" "$(wg showconf wg0 | sort)" "$before"
}
: >"$CONF"
refused 'empty file' 'no PrivateKey' "$@"
{ printf '[Interface]\nListenPort = 1\n'; peer "$A" 10.8.0.2; } >"$CONF"
refused 'no key' 'no PrivateKey' "$@"
printf '[Interface]\nPrivateKey = %s\n' "$PRIVATE" >"$CONF"
refused 'no port' 'no ListenPort' "$@"
{ head_of 10.8.0.1/24; peer "$A" 10.8.0.2/32; peer "$B" '10.8.0.3/32, 10.8.0.2'; } >"$CONF"
refused 'duplicate address' '10.8.0.2/32 belongs to two peers' "$@"
{ head_of 10.8.0.1/24; peer "$A" 10.8.0.2/32; peer "$A" 10.8.0.3/32; } >"$CONF"
refused 'duplicate key' "the peer $A is there twice" "$@"
{ head_of 10.8.0.1/24; printf '[Peer]\nAllowedIPs = 10.8.0.7\n'; peer "$A" 10.8.0.2/32; } >"$CONF"
refused 'peer without key' 'no PublicKey' "$@"
{ head_of 10.8.0.1/24; printf '# BEGIN provisioning-bridge peers\n'; peer "$A" 10.8.0.2/32; } >"$CONF"
refused 'half a file' 'does not end' "$@"

{ head_of 10.8.0.1/24; peer nonsense 10.8.0.2/32; } >"$CONF"
once "$@"
is 'wg does not understand it: status' "$STATUS" 3
is 'wg does not understand it: interface' "$(wg showconf wg0 | sort)" "$before"
rm "$CONF"
once "$@"
is 'no file' "$STATUS" 3

{ head_of 10.8.0.1; peer "$A" 10.8.0.2/32; } >"$CONF"
once "$@"
contains 'address without mask' "$OUTPUT" 'set WG_SUBNET'
WG_SUBNET=10.8.0.0/24,10.9.0.0/16
export WG_SUBNET
once "$@"
is 'routes' "$(ip route show dev wg0 | cut -d ' ' -f 1 | sort | tr '\n' ' ')" '10.8.0.0/24 10.9.0.0/16 '

# Watching: a file that is replaced, a bad one, an interface that is made anew.
POLL_SECONDS=1 "$@" "$SCRIPT" "$CONF" >"$TEMP/watched" 2>&1 &
WATCHER=$!
is 'applied at its start' "$(eventually 10 said 'has the 1 peers' && echo yes)" yes
{ head_of 10.8.0.1/24; peer "$B" 10.8.0.3/32; } >"$TEMP/new"
mv "$TEMP/new" "$CONF"
is 'replaced file' "$(eventually 10 has_peers "$B${tab}10.8.0.3/32" && echo yes)" yes
: >"$CONF"
is 'bad file' "$(eventually 10 said 'is refused' && echo yes)" yes
is 'bad file: interface' "$(peers)" "$B${tab}10.8.0.3/32"
{ head_of 10.8.0.1/24; peer "$C" 10.8.0.4/32; } >"$CONF"
is 'put right' "$(eventually 10 has_peers "$C${tab}10.8.0.4/32" && echo yes)" yes
ip link del wg0
eventually 10 test ! -e /run/wireguard/wg0.sock
start_interface
is 'interface made anew' "$(eventually 10 has_peers "$C${tab}10.8.0.4/32" && echo yes)" yes
kill "$WATCHER"
_status=0
wait "$WATCHER" || _status=$?
WATCHER=
is 'ends when told' "$_status" 143
is 'a refusal is told once' "$(grep -c 'is refused' "$TEMP/watched")" 1

printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
if [ "$FAILED" -gt 0 ]; then sed 's/^/  watched: /' "$TEMP/watched"; fi
[ "$FAILED" -eq 0 ]
