#!/bin/sh
# The device's clock. Many devices have no battery for it and start in 1970, when no certificate is valid yet.
#
# What is known of the time, from the surest down:
#   1. It is not before the floor: the build of this software, or the last time a bridge was spoken to.
#   2. Time synchronization (NTP, a modem) knows it, if it comes up within CLOCK_SYNC_WAIT seconds.
#   3. The bridge says it in the Date header of an answer. TLS cannot be judged in full without knowing the time, so the
#      connection is made with everything checked but validity: the chain up to the trusted anchor, the host name, and
#      the possession of the key. The time said is then taken only if it moves the clock forward, lies within the
#      anchor's validity, and the certificate that the connection was made with is valid at that time. So whoever holds
#      an old stolen key of the bridge can claim no time but that of its certificate, and none before the floor.
#      Every later request is checked in full against the clock so set, and so is the certificate that is issued.
# Sourced by enroll.sh, renew.sh and tunnel.sh.

# Seconds that the true time is ahead of a clock that may not be set; used where certificates are verified by openssl.
CLOCK_OFFSET=0
SYNC_WAITED=no

# The Unix time of $1: an HTTP date, openssl's "Nov  6 08:49:37 2026 GMT", or RFC 3339 in UTC. Nothing for other texts.
to_epoch() {
    printf '%s\n' "$1" | awk '
        function month(name,   at) {
            at = index("JanFebMarAprMayJunJulAugSepOctNovDec", name)
            return length(name) == 3 && at % 3 == 1 ? (at + 2) / 3 : 0
        }
        {
            if ($0 ~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](\.[0-9]+)?Z$/) {
                year = substr($0, 1, 4); mon = substr($0, 6, 2); day = substr($0, 9, 2); clock = substr($0, 12, 8)
            } else if ($0 ~ /^[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] [0-9][0-9][0-9][0-9] [0-9:]+ GMT$/) {
                year = $4; mon = month($3); day = $2; clock = $5
            } else if ($0 ~ /^[A-Z][a-z][a-z] +[0-9]+ [0-9:]+ [0-9][0-9][0-9][0-9] GMT$/) {
                year = $4; mon = month($1); day = $2; clock = $3
            } else {
                exit
            }
            if (split(clock, part, ":") != 3) exit
            year += 0; mon += 0; day += 0
            if (year < 1970 || mon < 1 || mon > 12 || day < 1 || day > 31) exit
            if (part[1] + 0 > 23 || part[2] + 0 > 59 || part[3] + 0 > 60) exit
            if (mon < 3) { year--; mon += 12 } # counting from March, the leap day is the last of the year
            days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * (mon - 3) + 2) / 5) + day
            printf "%.0f\n", (days - 719469) * 86400 + part[1] * 3600 + part[2] * 60 + part[3]
        }'
}

# The time as well as it is known.
now() { printf '%s\n' "$(($(date -u +%s) + CLOCK_OFFSET))"; }

# The time before which it cannot be.
clock_floor() {
    _floor=$(date -u -r "$BUILD_STAMP_FILE" +%s 2>/dev/null) || _floor=0
    _saved=$(cat "$STATE/clock" 2>/dev/null) || _saved=0
    if is_clock "$_saved" && [ "$_saved" -gt "$_floor" ]; then _floor=$_saved; fi
    printf '%s\n' "$_floor"
}

is_clock() {
    case $1 in
        '' | *[!0-9]* | 0?* | ????????????*) return 1 ;;
    esac
}

# Remembers the time after a bridge was spoken to; at most daily, to spare the flash.
save_clock() {
    _now=$(now)
    _saved=$(cat "$STATE/clock" 2>/dev/null) || _saved=0
    is_clock "$_saved" || _saved=0
    if [ "$_now" -gt "$((_saved + 86400))" ]; then printf '%s\n' "$_now" | put "$STATE/clock" || exit "$?"; fi
}

clock_is_plausible() { [ "$(now)" -ge "$(clock_floor)" ]; }

# Waits, once in a run, until "$@" succeeds, which it does when somebody sets the clock.
await_sync() {
    if [ "$SYNC_WAITED" = yes ]; then return 1; fi
    SYNC_WAITED=yes
    log "waiting up to $CLOCK_SYNC_WAIT s for time synchronization"
    _left=$CLOCK_SYNC_WAIT
    while [ "$_left" -gt 0 ]; do
        nap 2
        _left=$((_left - 2))
        if "$@"; then return 0; fi
    done
    return 1
}

# True when the clock can be used, else there is trouble; needs the anchor.
settle_clock() {
    clock_is_plausible || {
        trouble clock slow
        log "the clock says $(date -u '+%Y-%m-%d %H:%M:%S') UTC, which is past: this software is newer"
        await_sync clock_is_plausible || set_clock_from_bridge
    }
}

# Whether a failed TLS handshake is the clock's fault, and then whether it could be set right: 0 try again, 1 it could
# not, 2 it is not the clock.
repair_clock_after_tls() {
    [ "$SCHEME" = https ] || return 2
    read_bridge_time || return 2
    _off=$((BRIDGE_TIME - $(now)))
    if [ "$_off" -gt 60 ]; then
        log "the clock is $_off s behind the bridge's"
        if await_sync bridge_time_reached; then return 0; fi
        set_clock_from_bridge || return 1
    elif [ "$_off" -lt -60 ]; then
        log "the clock is $((-_off)) s ahead of the bridge's, and it is only ever moved forward: set it right"
        return 1
    else
        return 2
    fi
}

bridge_time_reached() { [ "$(now)" -ge "$((BRIDGE_TIME - 60))" ]; }

set_clock_from_bridge() {
    read_bridge_time || return 1
    _from=$(to_epoch "$(openssl x509 -in "$ANCHOR" -noout -startdate | cut -d = -f 2)")
    _to=$(to_epoch "$(openssl x509 -in "$ANCHOR" -noout -enddate | cut -d = -f 2)")
    if [ "$BRIDGE_TIME" -lt "$(clock_floor)" ] || [ "$BRIDGE_TIME" -lt "$(now)" ]; then
        log "the bridge's time ($BRIDGE_TIME) lies before what is known here; not used"
        return 1
    fi
    if [ "$BRIDGE_TIME" -lt "${_from:-0}" ] || [ "$BRIDGE_TIME" -gt "${_to:-0}" ]; then
        log "the bridge's time ($BRIDGE_TIME) lies outside the CA certificate's validity; not used"
        return 1
    fi
    if [ "$SCHEME" = https ] && ! valid_at "$BRIDGE_TIME"; then
        log "the bridge's certificate is not valid at the time the bridge says ($BRIDGE_TIME); not used"
        return 1
    fi
    # "@" and seconds: one of the few ways of saying a time that every date understands.
    if date -u -s "@$BRIDGE_TIME" >/dev/null 2>&1 && bridge_time_reached; then
        log "the clock was set from the bridge's answer: $(date -u '+%Y-%m-%d %H:%M:%S') UTC"
    elif [ "$SCHEME" = http ]; then
        CLOCK_OFFSET=$((BRIDGE_TIME - $(date -u +%s)))
        warn 'the clock is wrong and may not be set; certificates are checked against the time that the bridge says'
    else
        log 'the clock is wrong and may not be set: run as root, or start time synchronization'
        return 1
    fi
}

# Sets BRIDGE_TIME from the Date header of an answer. Over TLS, leaves the server's certificates in $WORK/server.*. Where
# nobody was reached at all, the trouble is that.
read_bridge_time() {
    BRIDGE_TIME=
    if [ "$SCHEME" = http ]; then
        # Into a file of its own: another answer may be waiting to be judged.
        fetch time GET "$BASE_URL/health/live" && BRIDGE_TIME=$(to_epoch "$(header time date)")
    else
        # curl cannot leave validity out and check the rest; openssl can.
        printf 'HEAD %s/health/live HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$PREFIX" "$AUTHORITY" >"$WORK/head"
        set -- -connect "$HOST:$PORT" -no_check_time -verify_return_error -showcerts -ign_eof
        case $HOST in
            \[*) set -- "$@" -verify_ip "$(printf '%s' "$HOST" | tr -d '[]')" ;;
            *[!0-9.]*) set -- "$@" -verify_hostname "$HOST" -servername "$HOST" ;;
            *) set -- "$@" -verify_ip "$HOST" ;;
        esac
        rm -f "$WORK"/server.*
        # Its status also tells of a server that did not take leave properly, which does no harm to what was received.
        within "$HTTP_TIMEOUT" s_client "$@" || :
        if grep -q '^Verification: OK$' "$WORK/tls"; then
            split_pem "$WORK/tls" "$WORK/server"
            BRIDGE_TIME=$(to_epoch "$(tr -d '\r' <"$WORK/tls" | sed -n '/^HTTP\/1/,$s/^[Dd][Aa][Tt][Ee]: *//p' | tail -n 1)")
        elif ! grep -q '^CONNECTED' "$WORK/tls"; then
            trouble unreachable soon
        fi
    fi
    if [ -z "$BRIDGE_TIME" ]; then
        log 'the bridge did not tell the time over a connection that can be trusted'
        return 1
    fi
}

# Replaces the shell, so that ending it ends the connection.
s_client() {
    set -- openssl s_client "$@"
    case $BRIDGE_TLS_TRUST in
        pinned) set -- env "SSL_CERT_DIR=$WORK/empty" SSL_CERT_FILE=/dev/null "$@" -partial_chain -CAfile "$ANCHOR" ;;
        system) ;;
        *) set -- env "SSL_CERT_DIR=$WORK/empty" SSL_CERT_FILE=/dev/null "$@" -CAfile "$BRIDGE_TLS_TRUST" ;;
    esac
    exec "$@" <"$WORK/head" >"$WORK/tls" 2>/dev/null
}

# Whether the certificate that the bridge last presented verifies at the time $1.
valid_at() {
    cat "$WORK"/server.* >"$WORK/presented"
    set -- -attime "$1" -purpose sslserver -untrusted "$WORK/presented" "$WORK/server.1"
    case $BRIDGE_TLS_TRUST in
        pinned) verifies "$ANCHOR" "$@" ;;
        system) openssl verify "$@" >/dev/null 2>&1 ;;
        *) verifies "$BRIDGE_TLS_TRUST" "$@" ;;
    esac
}

# within SECONDS COMMAND...: ends the command when it takes longer. (The timeout program has two incompatible spellings.)
within() {
    _seconds=$1
    shift
    "$@" &
    _running=$!
    { sleep "$_seconds" && kill "$_running"; } >/dev/null 2>&1 &
    _timer=$!
    _status=0
    wait "$_running" || _status=$?
    kill "$_timer" 2>/dev/null || :
    return "$_status"
}
