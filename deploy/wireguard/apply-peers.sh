#!/bin/sh
# Gives a running WireGuard interface the peers of its configuration file, whenever the file changes, without disturbing
# the sessions of those that stay. For a server that reads its file only at its start, as wg-quick and the linuxserver
# image do, beside a bridge with WG_APPLY=file.
#
#   apply-peers.sh [--once] [FILE]
#
# FILE is $WG_CONF or /config/wg_confs/wg0.conf by default. README.md has the settings. Status with --once: 0 applied,
# 1 the file is refused, 2 wrong usage, 3 the interface did not take it.
set -eu
umask 077
LC_ALL=C
export LC_ALL

log() { printf 'apply-peers: %s\n' "$*" >&2; }

usage() {
    printf 'usage: %s [--once] [FILE]\nApplies a WireGuard configuration to its interface whenever it changes.\n' "$0" >&2
    exit 2
}

# Prints what wg understands of the configuration $1; writes what is wrong with it to $2, and the server's addresses to
# $3, a line each. Status 1 when it is refused. One pass: wg-quick strip takes a minute and a half for 65,000 peers.
strip_conf() {
    awk -v problems="$2" -v addresses="$3" '
        function complain(text) {
            bad = 1
            # Not each of thousands.
            if (++complaints <= 20) print text > problems
        }
        function end_peer() {
            if (section == "peer" && key == "") complain("a [Peer] before line " FNR " has no PublicKey")
            key = ""
        }
        # Judges what a peer may send from; all of it when its section is over, because the key may come last.
        function allow(text,    parts, count, i, network) {
            count = split(text, parts, ",")
            for (i = 1; i <= count; i++) {
                network = tolower(parts[i])
                if (network == "") continue
                if (index(network, "/") == 0) network = network (index(network, ":") ? "/128" : "/32")
                if (network in owner) complain(network " belongs to two peers, see lines " owner[network] " and " FNR)
                owner[network] = FNR
            }
        }
        function wg_quick_only(name) {
            return name ~ /^(address|dns|mtu|table|preup|postup|predown|postdown|saveconfig)$/
        }
        BEGIN { printf "" > problems; printf "" > addresses }
        $0 == "# BEGIN provisioning-bridge peers" { open_block = FNR }
        $0 == "# END provisioning-bridge peers" { open_block = 0 }
        {
            line = $0
            sub(/#.*/, "", line)
            gsub(/[ \t\r]/, "", line)
            if (line == "") next
            if (line ~ /^\[/) {
                end_peer()
                section = tolower(line)
                gsub(/[][]/, "", section)
                if (section != "interface" && section != "peer") complain("line " FNR " begins an unknown section")
                print line
                next
            }
            equals = index(line, "=")
            name = tolower(substr(line, 1, equals - 1))
            value = substr(line, equals + 1)
            if (section == "interface") {
                if (name == "privatekey" && value != "") has_key = 1
                if (name == "listenport" && value != "") has_port = 1
                if (name == "address") { gsub(/,/, "\n", value); print value > addresses }
                if (wg_quick_only(name)) next
            } else if (name == "publickey") {
                if (value in seen) complain("the peer " value " is there twice, see lines " seen[value] " and " FNR)
                seen[value] = FNR
                key = value
            } else if (name == "allowedips") {
                allow(value)
            }
            print line
        }
        END {
            end_peer()
            # wg would take the running server its key, or give it another port, without a word.
            if (!has_key) complain("there is no PrivateKey in [Interface]")
            if (!has_port) complain("there is no ListenPort in [Interface]")
            if (open_block) complain("the block that begins in line " open_block " does not end: half a file?")
            if (complaints > 20) print "and " (complaints - 20) " more" > problems
            exit bad
        }' "$1"
}

# The linuxserver image gives the server an address without a mask: then nothing says which way the devices are, but for
# those that were in the file when wg-quick read it.
add_routes() {
    if ! grep -q -v '[:/]' "$WORK/addresses" && ! grep -q '^[0-9.]*/32$' "$WORK/addresses"; then return 0; fi
    if [ -z "${WG_SUBNET:-}" ]; then
        log "warning: the server's address has no mask; set WG_SUBNET to the bridge's, or there are no routes to new devices"
        return 0
    fi
    for _pool in $(printf '%s' "$WG_SUBNET" | tr ',' ' '); do
        ip route replace "$_pool" dev "$INTERFACE" || log "warning: no route to $_pool through $INTERFACE"
    done
}

# Applies the file once: 0 done, 1 refused, 3 not taken.
apply() {
    # A copy, so that what was judged is what is applied.
    if ! cat "$CONF" >"$WORK/copy" 2>"$WORK/error"; then
        say "$CONF cannot be read"
        return 3
    fi
    if ! strip_conf "$WORK/copy" "$WORK/problems" "$WORK/addresses" >"$WORK/stripped"; then
        say "$CONF is refused, the interface stays as it is: $(tr '\n' ';' <"$WORK/problems" | sed 's/;$//; s/;/; /g')"
        return 1
    fi
    if ! wg syncconf "$INTERFACE" "$WORK/stripped" 2>"$WORK/error"; then
        say "$INTERFACE did not take it, trying again: $(tr '\n' ' ' <"$WORK/error")"
        return 3
    fi
    add_routes
    SAID=
    log "$INTERFACE has the $(grep -c '^\[[Pp]' "$WORK/stripped" || :) peers of $CONF"
}

# Says the same thing only once in a row.
say() {
    if [ "$*" != "$SAID" ]; then log "$*"; fi
    SAID=$*
}

# Which file and which interface it is, and in which state; another text after either was changed or made anew.
state() {
    stat -c '%i %s %y' "$CONF" 2>/dev/null || cksum <"$CONF" 2>/dev/null || echo none
    ip -o link show dev "$INTERFACE" 2>/dev/null | cut -d : -f 1
}

# Until the file may have changed. A signal that is missed costs no more than the usual wait.
await_change() {
    if [ "$INOTIFY" = yes ]; then
        inotifywait -qq -t "$POLL_SECONDS" -e moved_to -e close_write -e delete "${CONF%/*}" >/dev/null 2>&1 &
    else
        sleep "$POLL_SECONDS" &
    fi
    WAITING=$!
    wait "$WAITING" || :
    WAITING=
}

watch() {
    _applied=
    log "watching $CONF for $INTERFACE"
    while :; do
        _state=$(state)
        if [ "$_state" != "$_applied" ]; then
            _status=0
            apply || _status=$?
            # A refused file is as good as applied: it is looked at again when it has changed.
            if [ "$_status" -ne 3 ]; then _applied=$_state; fi
            # However often the file changes, once a second is enough.
            sleep 1
        fi
        await_change
    done
}

tidy() {
    if [ -n "$WAITING" ]; then kill "$WAITING" 2>/dev/null || :; fi
    rm -rf "$WORK"
}

ONCE=no
case ${1:-} in
    --once)
        ONCE=yes
        shift
        ;;
    -*) usage ;;
esac
[ $# -le 1 ] || usage
CONF=${1:-${WG_CONF:-/config/wg_confs/wg0.conf}}
case $CONF in
    /*) ;;
    *) CONF=$(pwd)/$CONF ;;
esac
INTERFACE=${CONF##*/}
INTERFACE=${WG_INTERFACE:-${INTERFACE%.conf}}
POLL_SECONDS=${POLL_SECONDS:-2}
case $POLL_SECONDS in
    '' | 0 | *[!0-9]*)
        log "POLL_SECONDS is a number of seconds above 0"
        exit 2
        ;;
esac
for _tool in wg ip awk; do
    command -v "$_tool" >/dev/null 2>&1 || {
        log "$_tool is not installed"
        exit 2
    }
done
INOTIFY=no
if command -v inotifywait >/dev/null 2>&1; then INOTIFY=yes; fi
SAID=
WAITING=
WORK=$(mktemp -d)
trap tidy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if [ "$ONCE" = yes ]; then
    apply
else
    watch
fi
