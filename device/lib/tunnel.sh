#!/bin/sh
# The device's end of the tunnel: the interface made from wg0.conf, with wg-quick, or with plain ip and wg where there is no
# bash. What may stand in wg0.conf was judged when it was put there (identity.sh): it holds no PostUp and the like.
# Sourced by tunnel.sh.

readonly INTERFACE=wg0

# The values of the setting $2 in the sections $1 ("interface" or "peer") of wg0.conf, a line each, lists taken apart.
conf_values() {
    WANTED_SECTION=$1 WANTED_NAME=$2 awk '
        {
            sub(/#.*/, "")
            gsub(/[ \t\r]/, "")
            line = $0
        }
        line ~ /^\[/ { section = tolower(line); gsub(/[][]/, "", section); next }
        {
            equals = index(line, "=")
            if (section != ENVIRON["WANTED_SECTION"] || tolower(substr(line, 1, equals - 1)) != ENVIRON["WANTED_NAME"]) next
            count = split(substr(line, equals + 1), parts, ",")
            for (i = 1; i <= count; i++) if (parts[i] != "") print parts[i]
        }' "$CERTS_DIR/wg0.conf"
}

# wg0.conf without what only wg-quick understands.
conf_for_wg() {
    awk '
        { line = $0; sub(/#.*/, "", line); gsub(/[ \t\r]/, "", line) }
        line ~ /^\[/ { section = tolower(line) }
        section == "[interface]" && tolower(line) ~ /^(address|dns|mtu|table|preup|postup|predown|postdown|saveconfig)=/ { next }
        line != "" { print line }' "$CERTS_DIR/wg0.conf"
}

# "KEY ENDPOINT" of each peer that has an endpoint.
endpoints() {
    awk '
        function end_peer() { if (key != "" && endpoint != "") print key " " endpoint; key = endpoint = "" }
        { sub(/#.*/, ""); gsub(/[ \t\r]/, ""); line = $0 }
        line ~ /^\[/ { end_peer(); next }
        {
            equals = index(line, "=")
            name = tolower(substr(line, 1, equals - 1))
            if (name == "publickey") key = substr(line, equals + 1)
            if (name == "endpoint") endpoint = substr(line, equals + 1)
        }
        END { end_peer() }' "$CERTS_DIR/wg0.conf"
}

# 4 or 6, for ip.
family_of() {
    case $1 in
        *:*) echo 6 ;;
        *) echo 4 ;;
    esac
}

uses_wg_quick() {
    case $TUNNEL_TOOL in
        wg-quick) return 0 ;;
        plain) return 1 ;;
        *) command -v wg-quick >/dev/null 2>&1 && command -v bash >/dev/null 2>&1 ;;
    esac
}

interface_exists() { ip link show dev "$INTERFACE" >/dev/null 2>&1; }

# Status 1 when the tunnel could not be brought up; then nothing is left of it, and $TUNNEL_WORK/said tells why.
tunnel_up() {
    tunnel_down
    if uses_wg_quick; then
        set -- env "WG_QUICK_USERSPACE_IMPLEMENTATION=$TUNNEL_USERSPACE" wg-quick up "$CERTS_DIR/wg0.conf"
    else
        set -- plain_up
    fi
    "$@" >"$TUNNEL_WORK/said" 2>&1 || {
        tunnel_down
        return 1
    }
}

tunnel_down() {
    interface_exists || return 0
    if uses_wg_quick; then wg-quick down "$CERTS_DIR/wg0.conf" >/dev/null 2>&1 || :; fi
    # Also of an interface that wg-quick did not make, or whose file has gone.
    ip link del dev "$INTERFACE" 2>/dev/null || :
}

plain_up() {
    for _network in $(conf_values peer allowedips); do
        case $_network in
            */0)
                echo "$_network as the tunnel's network takes wg-quick: the way to the server has to be kept out of it"
                return 1
                ;;
        esac
    done
    if ! ip link add dev "$INTERFACE" type wireguard 2>/dev/null; then
        # A kernel without WireGuard.
        "$TUNNEL_USERSPACE" "$INTERFACE" >/dev/null 2>&1 || {
            echo "neither the kernel nor $TUNNEL_USERSPACE makes a WireGuard interface"
            return 1
        }
    fi
    conf_for_wg | wg setconf "$INTERFACE" /dev/stdin || return 1
    for _address in $(conf_values interface address); do
        ip "-$(family_of "$_address")" address add "$_address" dev "$INTERFACE" || return 1
    done
    _mtu=$(conf_values interface mtu)
    ip link set dev "$INTERFACE" mtu "${_mtu:-1420}" up || return 1
    for _network in $(conf_values peer allowedips); do
        # One that is the interface's own already is no trouble.
        ip "-$(family_of "$_network")" route replace "$_network" dev "$INTERFACE" || return 1
    done
}

# Whether no peer has proved itself for so long that it should have done so again: every 120 s, at most 15 s more.
is_stale() {
    _now=$(date -u +%s)
    _latest=$(wg show "$INTERFACE" latest-handshakes 2>/dev/null | awk '$2 > latest { latest = $2 } END { print latest + 0 }')
    [ "$((_now - _latest))" -gt "$TUNNEL_STALE" ]
}

# Names are looked up only when an interface is made: a server that has moved would be lost for good.
resolve_again() {
    endpoints >"$TUNNEL_WORK/endpoints"
    while read -r _key _endpoint; do
        WG_ENDPOINT_RESOLUTION_RETRIES=1 wg set "$INTERFACE" peer "$_key" endpoint "$_endpoint" 2>/dev/null \
            || log "${_endpoint%:*} is not known at the moment"
    done <"$TUNNEL_WORK/endpoints"
}
