#!/bin/sh
# Keeps the tunnel of wg0.conf up once this device is enrolled: makes it anew when wg0.conf has changed or the interface has
# gone, and looks the server's name up again when it has not answered for a while. Runs until it is told to end, and takes
# the tunnel down then. --once brings it up and ends, --down takes it down, --clock sets a wrong clock from the bridge's.
# README.md has the settings.
set -eu
umask 077
LC_ALL=C
export LC_ALL
PROGRAM=tunnel.sh
DEFAULT_RETRY_FOR=0
HERE=$(dirname "$(readlink -f "$0")")
. "$HERE/lib/host.sh"
. "$HERE/lib/clock.sh"
. "$HERE/lib/bridge.sh"
. "$HERE/lib/identity.sh"
. "$HERE/lib/tunnel.sh"

TUNNEL_WORK=
APPLIED=
CLOCK_GUESSED=no
CHECKS=0
FAILED=

# The lock and the id are for what speaks to the bridge only.
prepare() {
    for _tool in wg ip awk openssl; do
        command -v "$_tool" >/dev/null 2>&1 || die tools "$_tool is not installed"
    done
    read_settings
    STATE=$CERTS_DIR/.bridge
    TUNNEL_WORK=$(mktemp -d)
    trap leave EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

leave() {
    if [ -n "$NAP" ]; then kill "$NAP" 2>/dev/null || :; fi
    if [ "$MODE" = run ] && [ -n "$APPLIED" ]; then tunnel_down; fi
    rm -rf "$TUNNEL_WORK"
}

# Which wg0.conf belongs to the present identity; nothing while there is none, or while it is being replaced.
present_conf() {
    [ -e "$CERTS_DIR/enrolled" ] && [ -e "$CERTS_DIR/wg0.conf" ] && sha256_of "$CERTS_DIR/wg0.conf"
}

# A server takes no handshake that is older, by the device's clock, than the last one it saw: a clock that has gone back
# to 1970 would keep the device out. The true time if it can be had, else the last known one.
restore_clock() {
    if clock_is_plausible; then return 0; fi
    "$HERE/tunnel.sh" --clock || log 'the true time cannot be had now'
    if ! clock_is_plausible && date -u -s "@$(clock_floor)" >/dev/null 2>&1; then
        CLOCK_GUESSED=yes
        log "the clock was set to the last known time: $(date -u '+%Y-%m-%d %H:%M:%S') UTC"
    fi
}

# Status 1: not up, try again.
keep_up() {
    PRESENT=$(present_conf) || {
        # While an identity is being replaced, the tunnel of the old one stays.
        [ -n "$APPLIED" ]
        return
    }
    if [ "$PRESENT" != "$APPLIED" ] || ! interface_exists; then
        make_anew
    elif is_stale; then
        resolve_again
        # The last known time may be too old for the server; the bridge may be reachable by now.
        CHECKS=$((CHECKS + 1))
        if [ "$CLOCK_GUESSED" = yes ] && [ "$((CHECKS % 10))" -eq 1 ] && "$HERE/tunnel.sh" --clock; then CLOCK_GUESSED=no; fi
    else
        CLOCK_GUESSED=no
    fi
}

make_anew() {
    APPLIED=
    if tunnel_up; then
        APPLIED=$PRESENT
        FAILED=
        log "$INTERFACE is up: $(conf_values interface address | tr '\n' ' ')"
        return 0
    fi
    # The same reason is told once, not every few seconds.
    REASON=$(tail -n 1 "$TUNNEL_WORK/said" | printable)
    if [ "$REASON" != "$FAILED" ]; then log "the tunnel could not be brought up: $REASON"; fi
    FAILED=$REASON
    return 1
}

# Sets a clock that is behind; leaves one alone that cannot be told to be wrong.
repair_clock() {
    settle_anchor || die clock 'the CA certificate is not known yet'
    if clock_is_plausible; then
        _status=0
        repair_clock_after_tls || _status=$?
        [ "$_status" -ne 1 ] || die clock 'the clock could not be set'
    else
        settle_clock || die clock 'the clock could not be set'
    fi
}

MODE=run
case "$#:${1:-}" in
    0:) ;;
    1:--once) MODE=once ;;
    1:--down) MODE=down ;;
    1:--clock) MODE=clock ;;
    *)
        printf 'usage: %s [--once | --down | --clock]\nKeeps the tunnel of this device up.\n' "$0" >&2
        [ "$1" = --help ] && exit 0
        exit "$(exit_code settings)"
        ;;
esac
if [ "$MODE" = clock ]; then
    begin
    repair_clock
    exit 0
fi
prepare
case $MODE in
    down) tunnel_down ;;
    once)
        present_conf >/dev/null || die not-enrolled 'this device is not enrolled: run enroll.sh'
        restore_clock
        keep_up || die tunnel 'the tunnel could not be brought up'
        ;;
    run)
        until present_conf >/dev/null; do nap 5; done
        restore_clock
        while :; do
            if keep_up; then nap "$TUNNEL_CHECK"; else nap 5; fi
        done
        ;;
esac
