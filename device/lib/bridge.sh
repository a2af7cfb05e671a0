#!/bin/sh
# The conversation with the bridge: whom to trust, HTTP, when to try again, JSON.
#
# Sourced by enroll.sh, renew.sh and tunnel.sh.

ANCHOR=

# trouble WAY PACE [RETRY_AFTER]: says what persist() is to do about a failed attempt. WAY: how to end when time runs out,
# as exit_code() names it. PACE: soon, when it may pass by itself, or slow, when a person has to do something.
# RETRY_AFTER: seconds that the bridge asked for.
trouble() {
    TROUBLE=$1
    PACE=$2
    RETRY_AFTER=${3:-0}
}

# --- whom to trust ----------------------------------------------------------------------------------------------------

# Takes BRIDGE_URL apart: SCHEME, HOST, PORT, AUTHORITY, PREFIX, and BASE_URL without a slash at its end.
read_bridge_url() {
    case $BRIDGE_URL in
        https://*) SCHEME=https PORT=443 ;;
        http://*) SCHEME=http PORT=80 ;;
        '') die settings 'BRIDGE_URL is missing' ;;
        *) die settings 'BRIDGE_URL does not begin with https://' ;;
    esac
    if [ "$SCHEME" = http ] && [ "${BRIDGE_ALLOW_HTTP:-no}" != yes ]; then
        die settings 'BRIDGE_URL is plain http, which anybody on the way can read and answer: BRIDGE_ALLOW_HTTP=yes allows it'
    fi
    _rest=${BRIDGE_URL#*://}
    case $_rest in
        *[!A-Za-z0-9._~:/%\[\]-]*) die settings 'BRIDGE_URL holds a character that does not belong there' ;;
    esac
    AUTHORITY=${_rest%%/*}
    PREFIX=${_rest#"$AUTHORITY"}
    while [ "${PREFIX%/}" != "$PREFIX" ]; do PREFIX=${PREFIX%/}; done
    case $AUTHORITY in
        \[*\]) HOST=$AUTHORITY ;;
        \[*\]:*) HOST=${AUTHORITY%:*} PORT=${AUTHORITY##*:} ;;
        *:*) HOST=${AUTHORITY%%:*} PORT=${AUTHORITY#*:} ;;
        *) HOST=$AUTHORITY ;;
    esac
    { [ -n "$HOST" ] && is_number "$PORT"; } || die settings 'BRIDGE_URL has no proper host and port'
    BASE_URL=$SCHEME://$AUTHORITY$PREFIX
    case $BRIDGE_TLS_TRUST in
        pinned | system) ;;
        /*) [ -r "$BRIDGE_TLS_TRUST" ] || die settings "$BRIDGE_TLS_TRUST (BRIDGE_TLS_TRUST) cannot be read" ;;
        *) die settings 'BRIDGE_TLS_TRUST is pinned, system, or the absolute path of a file with CA certificates' ;;
    esac
}

sha256_of() { openssl dgst -sha256 "$1" | sed 's/.*= *//'; }

# split_pem FILE PREFIX: each certificate in FILE into PREFIX.1, PREFIX.2, ... just as it was written.
split_pem() {
    SPLIT_TO=$2 awk '
        { sub(/\r$/, "") }
        /^-----BEGIN CERTIFICATE-----$/ && n < 20 { within = 1; n++; file = ENVIRON["SPLIT_TO"] "." n }
        within { print >file }
        /^-----END CERTIFICATE-----$/ && within { within = 0; close(file) }' "$1"
}

# Makes ANCHOR the file that holds the one certificate to trust: the one whose SHA-256 is CA_FINGERPRINT. It is fetched
# without knowing who answers, so nothing but that certificate is taken from the answer, and it is written anew from its
# DER: openssl would read the first certificate of a file, curl would trust them all.
settle_anchor() {
    ANCHOR=$STATE/anchor.crt
    if [ -s "$ANCHOR" ]; then
        openssl x509 -in "$ANCHOR" -outform DER -out "$WORK/anchor.der" 2>/dev/null || :
        if [ -s "$WORK/anchor.der" ] && [ "$(sha256_of "$WORK/anchor.der")" = "$CA_FINGERPRINT" ]; then return 0; fi
    fi
    set -- root GET "$BASE_URL/pki/roots/$CA_FINGERPRINT"
    if [ "$SCHEME" = https ]; then set -- "$@" --insecure; fi
    ANCHOR=
    fetch "$@" || return 1
    # Whoever it is that answers, no refusal of theirs may stop the device for good.
    case $HTTP_STATUS in
        200) ;;
        408 | 425 | 429 | 5??)
            log "$BASE_URL answers $HTTP_STATUS"
            read_retry_after root
            trouble unreachable soon "$_after"
            return 1
            ;;
        *)
            log "$BASE_URL answers $HTTP_STATUS; the bridge would have a CA certificate with the fingerprint $CA_FINGERPRINT"
            trouble trust slow
            return 1
            ;;
    esac
    ensure_room
    rm -f "$WORK"/root.[0-9]*
    split_pem "$WORK/root" "$WORK/root" || no_room
    for _pem in "$WORK"/root.[0-9]*; do
        [ -e "$_pem" ] || break
        openssl x509 -in "$_pem" -outform DER -out "$WORK/der" 2>/dev/null || continue
        if [ "$(sha256_of "$WORK/der")" = "$CA_FINGERPRINT" ]; then
            ANCHOR=$STATE/anchor.crt
            openssl x509 -inform DER -in "$WORK/der" | put "$ANCHOR" || exit "$?"
            return 0
        fi
    done
    die trust "no certificate in the bridge's answer has the fingerprint $CA_FINGERPRINT: wrong CA_FINGERPRINT, or somebody in between"
}

# verifies ANCHOR OPTIONS... CERTIFICATE: whether the certificate's chain ends at the anchor, and at nothing else:
# openssl adds the system's CA certificates to those in -CAfile, unless told that there are none.
verifies() {
    _anchor=$1
    shift
    SSL_CERT_DIR=$WORK/empty SSL_CERT_FILE=/dev/null openssl verify -partial_chain -CAfile "$_anchor" "$@" >/dev/null 2>"$WORK/verify.err"
}

# --- HTTP -------------------------------------------------------------------------------------------------------------

# fetch NAME METHOD URL [curl options]: 0 when there was an answer: HTTP_STATUS, $WORK/NAME, $WORK/NAME.headers.
fetch() {
    HTTP_STATUS=000
    _into=$WORK/$1
    _method=$2
    _url=$3
    shift 3
    rm -f "$_into" "$_into.headers"
    # Without an empty --capath, curl trusts the system's CA certificates besides those in --cacert.
    if [ -z "$ANCHOR" ] || [ "$SCHEME" = http ] || [ "$BRIDGE_TLS_TRUST" = system ]; then
        :
    elif [ "$BRIDGE_TLS_TRUST" = pinned ]; then
        set -- "$@" --cacert "$ANCHOR" --capath "$WORK/empty"
    else
        set -- "$@" --cacert "$BRIDGE_TLS_TRUST" --capath "$WORK/empty"
    fi
    # -q first: no ~/.curlrc can change any of this. Redirections are not followed.
    _curl=0
    HTTP_STATUS=$(curl -q -g -sS -X "$_method" --proto "=$SCHEME" --connect-timeout 20 --max-time "$HTTP_TIMEOUT" \
        --max-filesize 65536 -H 'Accept: application/json' -H 'User-Agent: provisioning-bridge-device' \
        -o "$_into" -D "$_into.headers" -w '%{http_code}' "$@" "$_url" 2>"$WORK/curl.err") || _curl=$?
    if [ "$_curl" -eq 0 ]; then return 0; fi
    HTTP_STATUS=000
    trouble unreachable soon
    log "$BASE_URL: $(printable <"$WORK/curl.err")"
    case $_curl in
        23) no_room ;;
        2 | 4 | 48) die tools 'this curl lacks what is needed' ;;
        51 | 60) judge_tls ;;
    esac
    return 1
}

# The server's certificate was not accepted. The bridge may be between two certificates, so even this is tried again.
judge_tls() {
    _clock=0
    repair_clock_after_tls || _clock=$?
    case $_clock in
        0) trouble clock soon 1 ;;
        1) trouble clock slow ;;
        *)
            trouble trust slow
            log "the server at $AUTHORITY is not the bridge, or its certificate is not from the CA with the fingerprint"
            ;;
    esac
}

# header NAME FIELD: the value of the field (lower case) in the header of the answer that was fetched into NAME.
header() {
    FIELD=$2 awk '
        { sub(/\r$/, "") }
        /^HTTP\// { value = "" } # the last of several answers, after a proxy or a "100 Continue"
        {
            colon = index($0, ":")
            if (colon && tolower(substr($0, 1, colon - 1)) == ENVIRON["FIELD"]) {
                value = substr($0, colon + 1)
                gsub(/^[ \t]+|[ \t]+$/, "", value)
            }
        }
        END { print value }' "$WORK/$1.headers"
}

# A line of text from outside, fit for a log.
printable() { tr -c '\040-\176' ' ' | cut -c 1-300; }

# What another $WORK/answer than 200 means; sets PROBLEM to the problem document's code, if it is one. Ends the run when trying again is in vain.
judge_status() {
    PROBLEM=$(json code <"$WORK/answer" | printable)
    _detail=$(json detail <"$WORK/answer" | printable)
    log "the bridge answers $HTTP_STATUS${PROBLEM:+ ($PROBLEM)}${_detail:+: $_detail}"
    read_retry_after answer
    case $HTTP_STATUS in
        202) trouble approval slow "$_after" ;;
        400 | 413 | 415 | 422)
            # A request that the disk cut short is no reason to end for good.
            ensure_room
            die rejected 'the bridge rejects the request; sending it again would not help'
            ;;
        410) die decommissioned 'this device was taken out of service; only an operator can readmit it' ;;
        408 | 425 | 429 | 5??) trouble unreachable soon "$_after" ;;
        3??)
            trouble refused slow
            log 'redirections are not followed: BRIDGE_URL must name the bridge itself'
            ;;
        *) trouble refused slow "$_after" ;;
    esac
}

# read_retry_after NAME: sets _after to what Retry-After says, in seconds or as an HTTP date, from 0 to an hour.
read_retry_after() {
    _after=$(header "$1" retry-after)
    case $_after in
        '') ;;
        *[!0-9]*)
            _after=$(to_epoch "$_after")
            if [ -n "$_after" ]; then _after=$((_after - $(now))); fi
            ;;
        *)
            # 08 would be a wrong octal number, which ends the shell.
            _after=$(printf '%s' "$_after" | sed 's/^0*//')
            case $_after in ?????*) _after=3600 ;; esac
            ;;
    esac
    _after=${_after:-0}
    if [ "$_after" -gt 3600 ]; then _after=3600; fi
    if [ "$_after" -lt 0 ]; then _after=0; fi
}

# --- patience ---------------------------------------------------------------------------------------------------------

# persist SECONDS COMMAND...: runs the command until it succeeds; gives up when more seconds than given (0: never) would
# have been waited. Waits grow, and differ from device to device, so that a fleet does not come back all at once. What the
# bridge asks for goes before that; but one that goes on asking for less than is usual here is not to be trusted to know.
persist() {
    _budget=$1
    shift
    WAITED=0
    _step=$RETRY_MIN
    _failures=0
    until "$@"; do
        _failures=$((_failures + 1))
        if [ "$PACE" = slow ]; then
            _pause=$((RETRY_SLOW - RETRY_SLOW / 4 + $(random_below $((RETRY_SLOW / 2 + 1)))))
        else
            _pause=$((_step - _step / 2 + $(random_below $((_step / 2 + 1)))))
            _step=$((_step * 2))
            if [ "$_step" -gt "$RETRY_MAX" ]; then _step=$RETRY_MAX; fi
        fi
        if [ "$RETRY_AFTER" -gt 0 ]; then
            _asked=$((RETRY_AFTER + $(random_below $((RETRY_AFTER / 4 + 2)))))
            # How often to look for an approval is the bridge's to say.
            if [ "$_failures" -lt 3 ] || [ "$TROUBLE" = approval ] || [ "$_asked" -gt "$_pause" ]; then _pause=$_asked; fi
        fi
        if [ "$_budget" -gt 0 ] && [ $((WAITED + _pause)) -gt "$_budget" ]; then return 1; fi
        log "trying again in $_pause s"
        nap "$_pause"
        WAITED=$((WAITED + _pause))
    done
}

give_up() { die "$TROUBLE" "gave up after $WAITED s"; }

# --- JSON -------------------------------------------------------------------------------------------------------------

# json PATH: prints the text (or number, or true or false) at PATH, as in services.mqtt.host, of the JSON object on
# standard input; status 1 when it is absent, null, an object or an array, or when the input is not one JSON value.
# json PATH.*: prints every such member below PATH, a line each, as in "mqtt.port 8883"; a line end in it becomes \001.
json() {
    WANTED=$1 awk '
        function fail() { bad = 1; exit 1 }
        function blanks() { sub(/^[ \t\r\n]+/, "", rest) }
        function next_is(char) {
            blanks()
            if (substr(rest, 1, 1) != char) return 0
            rest = substr(rest, 2)
            return 1
        }
        function utf8(code) {
            if (code < 128) return sprintf("%c", code)
            if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
            if (code < 65536) return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
            return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
        }
        function hex4(   at, digit, code) {
            code = 0
            for (at = 1; at <= 4; at++) {
                digit = index("0123456789abcdef", tolower(substr(rest, at, 1)))
                if (!digit || length(rest) < at) fail()
                code = code * 16 + digit - 1
            }
            rest = substr(rest, 5)
            return code
        }
        function unicode(   code, low) {
            code = hex4()
            if (code >= 55296 && code < 56320) {
                if (substr(rest, 1, 2) != "\\u") fail()
                rest = substr(rest, 3)
                low = hex4()
                if (low < 56320 || low > 57343) fail()
                code = 65536 + (code - 55296) * 1024 + low - 56320
            } else if (code >= 56320 && code < 57344) {
                fail()
            }
            if (code == 0) fail()
            return utf8(code)
        }
        # The text after an opening quote.
        function text(   out, at, char) {
            out = ""
            while ((at = match(rest, /["\\]/)) > 0) {
                out = out substr(rest, 1, at - 1)
                char = substr(rest, at, 1)
                if (char == "\"") {
                    rest = substr(rest, at + 1)
                    return out
                }
                char = substr(rest, at + 1, 1)
                rest = substr(rest, at + 2)
                if (char == "u") out = out unicode()
                else if (char == "n") out = out "\n"
                else if (char == "t") out = out "\t"
                else if (char == "r") out = out "\r"
                else if (char == "b") out = out "\b"
                else if (char == "f") out = out "\f"
                else if (char == "\"" || char == "\\" || char == "/") out = out char
                else fail()
            }
            fail()
        }
        function found(path, value,   below) {
            if (path == wanted) {
                if (count++) fail() # named twice: whichever one took, somebody else might take the other
                result = value
            } else if (list != "" && index(path, list) == 1) {
                below = substr(path, length(list) + 1)
                gsub(/\n/, "\001", value)
                result = result below " " value "\n"
                count++
            }
        }
        function value(path, depth,   name, n) {
            if (depth > 16) fail()
            if (next_is("{")) {
                if (next_is("}")) return
                do {
                    if (!next_is("\"")) fail()
                    name = text()
                    if (name ~ /[^A-Za-z0-9_-]/) name = "?"
                    if (!next_is(":")) fail()
                    value(path == "" ? name : path "." name, depth + 1)
                } while (next_is(","))
                if (!next_is("}")) fail()
            } else if (next_is("[")) {
                if (next_is("]")) return
                do value(path ".?", depth + 1); while (next_is(","))
                if (!next_is("]")) fail()
            } else if (next_is("\"")) {
                found(path, text())
            } else if (match(rest, /^(-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)/)) {
                name = substr(rest, 1, RLENGTH)
                rest = substr(rest, RLENGTH + 1)
                if (name != "null") found(path, name)
            } else {
                fail()
            }
        }
        { rest = rest $0 "\n" }
        END {
            if (bad) exit 1
            wanted = ENVIRON["WANTED"]
            if (substr(wanted, length(wanted) - 1) == ".*") {
                list = substr(wanted, 1, length(wanted) - 1)
                wanted = "?" # is below something, never a path itself
            }
            value("", 0)
            blanks()
            if (bad || rest != "" || !count) exit 1
            printf "%s", result
        }'
}

# Standard input as a JSON string, with its quotes.
json_text() {
    sed 's/\\/\\\\/g; s/"/\\"/g' | awk '{ gsub(/[\001-\037]/, " "); text = text (NR > 1 ? "\\n" : "") $0 } END { printf "\"%s\"", text }'
}
