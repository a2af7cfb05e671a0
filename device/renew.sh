#!/bin/sh
# Renews this device's certificate when it is time: a new key, a request signed with the present one, the WireGuard key
# unchanged. The present files stay in use until the bridge has confirmed the new ones. Meant to be run hourly, by a timer
# or cron; finishes what an earlier run left. With --now it renews before it is time. README.md has the rest.
set -eu
umask 077
LC_ALL=C
export LC_ALL
PROGRAM=renew.sh
# The timer comes again anyway.
DEFAULT_RETRY_FOR=600
HERE=$(dirname "$(readlink -f "$0")")
. "$HERE/lib/host.sh"
. "$HERE/lib/clock.sh"
. "$HERE/lib/bridge.sh"
. "$HERE/lib/identity.sh"

is_due() {
    _due=$(to_epoch "$(flag_value "$CERTS_DIR/enrolled" renew_after)")
    [ -n "$_due" ] && [ "$(now)" -ge "$_due" ]
}

# Devices whose certificates were issued together must not all come at once; the less time is left, the shorter the wait.
# Meanwhile enroll.sh may work. Status 1 when there was no wait: what is known of the files still holds.
spread() {
    _end=$(to_epoch "$(flag_value "$CERTS_DIR/enrolled" not_after)")
    _spread=$(((${_end:-0} - $(now)) / 4))
    if [ "$_spread" -gt "$RENEW_JITTER" ]; then _spread=$RENEW_JITTER; fi
    if [ "$_spread" -gt 0 ]; then _spread=$(random_below "$_spread"); fi
    [ "$_spread" -gt 0 ] || return 1
    log "due; beginning in $_spread s"
    tidy
    nap "$_spread"
    take_lock
    prepare_work
}

renew() {
    if is_staged; then
        log 'an earlier run was cut short; carrying on'
    else
        is_enrolled || die not-enrolled 'this device is not enrolled: run enroll.sh'
        if [ "$WHEN" = due ]; then
            clock_is_plausible || { settle_anchor && settle_clock; } || die "$TROUBLE" 'whether it is time to renew is not known'
            if ! is_due; then
                log "not due before $(flag_value "$CERTS_DIR/enrolled" renew_after)"
                return 0
            fi
            if [ "$SPREAD" = no ]; then
                SPREAD=yes
                if spread; then
                    renew
                    return
                fi
            fi
        fi
        FRESH_KEY=no
        if ! has_next_key; then
            make_next_key
            FRESH_KEY=yes
        fi
        SIGNED=yes
        obtain renew
    fi
    finish
}

WHEN=due
SPREAD=no
case "$#:${1:-}" in
    0:) ;;
    1:--now) WHEN=now ;;
    *)
        printf 'usage: %s [--now]\nRenews the certificate of this device when it is time, or with --now at once.\n' "$0" >&2
        [ "$1" = --help ] && exit 0
        exit "$(exit_code settings)"
        ;;
esac
begin
renew || renew || die confirm 'the bridge knows no certificate that it has issued'
