#!/bin/sh
# Enrolls this device with the Provisioning Bridge: makes a key, gets a certificate and a tunnel configuration, and puts
# them into CERTS_DIR. Does nothing when the device is enrolled; carries on where an earlier run was cut short.
# After "rm /certs/enrolled" it gets a new certificate for a new key. README.md has settings, files and exit codes.
set -eu
umask 077
LC_ALL=C
export LC_ALL
PROGRAM=enroll.sh
DEFAULT_RETRY_FOR=0
HERE=$(dirname "$(readlink -f "$0")")
. "$HERE/lib/host.sh"
. "$HERE/lib/clock.sh"
. "$HERE/lib/bridge.sh"
. "$HERE/lib/identity.sh"

# Which key the request is for ($NEXT/device.key), and whether the present one signs it (SIGNED).
choose_key() {
    SIGNED=no FRESH_KEY=no
    if has_next_key; then
        # An earlier run made it and did not get to the end.
        if has_pair; then SIGNED=yes; fi
    elif has_pair && { [ ! -e "$CERTS_DIR/enrolled" ] || ! wireguard_public_key "$CERTS_DIR/wireguard.key" >/dev/null; }; then
        # Somebody removed the flag; or the WireGuard key was lost, and another one needs proof.
        make_next_key
        SIGNED=yes FRESH_KEY=yes
    elif [ -n "$(public_key_of "$CERTS_DIR/device.key")" ]; then
        # Other files are missing or damaged: for the same key the bridge gives the same answer again.
        log 'the key is there, but not everything that belongs to it'
        mkdir -p "$NEXT"
        put "$NEXT/device.key" <"$CERTS_DIR/device.key"
    else
        make_next_key
        FRESH_KEY=yes
    fi
}

enroll() {
    if is_staged; then
        log 'an earlier run was cut short; carrying on'
    elif is_enrolled; then
        if ! clock_is_plausible || openssl x509 -in "$CERTS_DIR/device.crt" -noout -checkend 0 >/dev/null; then
            log "$ID is enrolled"
            return 0
        fi
        log 'the certificate has expired'
        SIGNED=yes FRESH_KEY=no
        if ! has_next_key; then
            make_next_key
            FRESH_KEY=yes
        fi
        obtain renew
    else
        choose_key
        obtain enroll
    fi
    finish
}

[ $# -eq 0 ] || {
    printf 'usage: %s\nEnrolls this device; the settings are in the environment or in /etc/bridge-device.conf.\n' "$0" >&2
    [ "$1" = --help ] && exit 0
    exit "$(exit_code settings)"
}
begin
# A second time when the bridge turns out not to know the certificate any more.
enroll || enroll || die confirm 'the bridge knows no certificate that it has issued'
