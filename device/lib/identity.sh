#!/bin/sh
# The device's identity: its keys, the request for a certificate, the judgement of the answer, and how a new identity
# takes the place of the old one without a moment at which a power cut would leave none.
#
# Under $NEXT grows what will replace the files in CERTS_DIR:
#   device.key        the new key, on the disk before anybody hears of it, kept until a certificate for it is in place
#   plan              written when a good answer is complete but for the flag: "enroll" or "renew", then "replace" when a
#                     working identity is replaced, else "first"
#   enrolled          the new flag, written last: from here on the files are only moved, also after a power cut
#   confirmed         the bridge knows that the new identity is stored
# A working identity is replaced after the bridge has confirmed the new one, because the old one is good until then.
# Where there is none, the new one is put in place first, because the device can work with it at once.
# Sourced by enroll.sh, renew.sh and tunnel.sh.

# What the flag vouches for. services.env is there when the bridge's answer has services.
readonly REQUIRED_FILES='device.key device.crt device-chain.crt ca-chain.crt wg0.conf wireguard.key'
readonly FILES="$REQUIRED_FILES services.env"
readonly WG_PLACEHOLDER='<REPLACE_WITH_DEVICE_PRIVATE_KEY>'

# --- keys -------------------------------------------------------------------------------------------------------------

public_key_of() { openssl pkey -in "$1" -pubout 2>/dev/null; }

# fits KEY CERTIFICATE: whether both are readable and belong together.
fits() {
    _public=$(public_key_of "$1") && [ -n "$_public" ] \
        && [ "$(openssl x509 -in "$2" -noout -pubkey 2>/dev/null)" = "$_public" ]
}

common_name_of() { openssl x509 -in "$1" -noout -subject -nameopt multiline,-align 2>/dev/null | sed -n 's/^ *commonName *= *//p'; }

# Whether CERTS_DIR holds a key and a certificate of this device that belong together. They may have expired.
has_pair() { fits "$CERTS_DIR/device.key" "$CERTS_DIR/device.crt" && [ "$(common_name_of "$CERTS_DIR/device.crt")" = "$ID" ]; }

# Whether an earlier run left a new key. One that is in place already is none, whatever a file system brings back.
has_next_key() { [ -n "$(public_key_of "$NEXT/device.key")" ] && ! fits "$NEXT/device.key" "$CERTS_DIR/device.crt"; }

make_next_key() {
    ensure_room
    mkdir -p "$NEXT" || no_room
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve \
        -out "$WORK/key" 2>"$WORK/openssl.err" || die tools "openssl makes no key: $(printable <"$WORK/openssl.err")"
    put "$NEXT/device.key" <"$WORK/key"
    log 'made a new key'
}

# Sets WG_PUBLIC_KEY, making the pair if there is none. The private key is stored as wg(8) writes it.
settle_wireguard_key() {
    _key=$CERTS_DIR/wireguard.key
    if ! WG_PUBLIC_KEY=$(wireguard_public_key "$_key"); then
        # A device that comes from older software has it in wg0.conf only.
        sed -n 's/^[[:space:]]*PrivateKey[[:space:]]*=[[:space:]]*\([A-Za-z0-9+/]*=\)[[:space:]]*$/\1/p' \
            "$CERTS_DIR/wg0.conf" 2>/dev/null >"$WORK/wireguard.key" || :
        if wireguard_public_key "$WORK/wireguard.key" >/dev/null; then
            put "$_key" <"$WORK/wireguard.key"
            WG_PUBLIC_KEY=$(wireguard_public_key "$_key")
        else
            make_wireguard_key
        fi
    fi
}

make_wireguard_key() {
    openssl genpkey -algorithm X25519 -outform DER 2>/dev/null | tail -c 32 | openssl base64 >"$WORK/wireguard.key" || no_room
    WG_PUBLIC_KEY=$(wireguard_public_key "$WORK/wireguard.key") || die tools 'openssl makes no WireGuard (X25519) key'
    put "$CERTS_DIR/wireguard.key" <"$WORK/wireguard.key"
    log 'made a new WireGuard key'
}

# wireguard_public_key FILE: of the private key in FILE, in base64; status 1 when there is none.
wireguard_public_key() {
    [ -s "$1" ] && [ "$(openssl base64 -d -in "$1" 2>/dev/null | wc -c)" -eq 32 ] || return 1
    # The 16 bytes that stand before the key in PKCS#8 (RFC 8410).
    {
        printf '\060\056\002\001\000\060\005\006\003\053\145\156\004\042\004\040'
        openssl base64 -d -in "$1"
    } | openssl pkey -inform DER -pubout -outform DER 2>/dev/null | tail -c 32 | openssl base64
}

# --- the flag ---------------------------------------------------------------------------------------------------------

# flag_value FILE NAME
flag_value() { sed -n "s/^$2 //p" "$1" 2>/dev/null; }

# Whether the flag FILE's hashes are those of the files in the directory $2.
vouches() {
    for _name in $FILES; do
        _hash=$(flag_value "$1" "sha256 $_name")
        if [ -z "$_hash" ]; then
            case " $REQUIRED_FILES " in *" $_name "*) return 1 ;; esac
        elif [ ! -f "$2/$_name" ] || [ "$(sha256_of "$2/$_name")" != "$_hash" ]; then
            return 1
        fi
    done
}

is_enrolled() {
    [ -s "$CERTS_DIR/enrolled" ] && vouches "$CERTS_DIR/enrolled" "$CERTS_DIR" && has_pair
}

# --- the request ------------------------------------------------------------------------------------------------------

write_request() {
    # A configuration of its own: a device may have no openssl.cnf.
    printf '[req]\ndistinguished_name = subject\nprompt = no\n[subject]\nCN = %s\n' "$ID" >"$WORK/req.cnf" || no_room
    openssl req -new -sha256 -key "$NEXT/device.key" -config "$WORK/req.cnf" -out "$WORK/csr" 2>"$WORK/openssl.err" \
        || die tools "openssl makes no certificate request: $(printable <"$WORK/openssl.err")"
    {
        printf '{"csr_pem":%s,"wg_public_key":"%s","confirm":true' "$(json_text <"$WORK/csr")" "$WG_PUBLIC_KEY"
        for _member in "device_name:${DEVICE_NAME:-}" "device_type:${DEVICE_TYPE:-}" "enrollment_token:$ENROLLMENT_TOKEN"; do
            if [ -n "${_member#*:}" ]; then
                printf ',"%s":%s' "${_member%%:*}" "$(printf '%s\n' "${_member#*:}" | json_text)"
            fi
        done
        printf '}'
    } >"$WORK/request.json" || no_room
}

# sign KEY CERTIFICATE FILE: CMS SignedData around $WORK/request.json.
sign() {
    openssl cms -sign -binary -nodetach -outform DER -md sha256 -signer "$2" -inkey "$1" -in "$WORK/request.json" \
        -out "$3" 2>"$WORK/openssl.err"
}

# One attempt to get a certificate for $NEXT/device.key, signed with the present pair when SIGNED is yes.
attempt_enroll() {
    settle_anchor || return 1
    settle_clock || return 1
    write_request
    if [ "$SIGNED" = yes ] && ! sign "$CERTS_DIR/device.key" "$CERTS_DIR/device.crt" "$WORK/request.p7"; then
        warn "the request cannot be signed and goes without proof: $(printable <"$WORK/openssl.err")"
        SIGNED=no
    fi
    if [ "$SIGNED" = yes ]; then
        set -- -H 'Content-Type: application/pkcs7-mime' --data-binary "@$WORK/request.p7"
    else
        set -- -H 'Content-Type: application/json' --data-binary "@$WORK/request.json"
    fi
    fetch answer POST "$BASE_URL/devices/$ID/enroll" "$@" || return 1
    if [ "$HTTP_STATUS" = 200 ]; then return 0; fi
    judge_status
    case $PROBLEM in
        certificate-revoked | key-in-use)
            # This key never returns. It was stored by an earlier run; a fresh one has not had that fate.
            if [ "$FRESH_KEY" = no ]; then
                make_next_key
                FRESH_KEY=yes
                trouble refused soon
                say_key
            fi
            ;;
        wireguard-key-in-use)
            # From an image that has one baked in. Where there is a certificate, a tunnel may be in use: that one stays.
            if [ "$FRESH_PEER" = no ] && ! has_pair; then
                make_wireguard_key
                FRESH_PEER=yes
                trouble refused soon
            fi
            ;;
    esac
    return 1
}

say_key() {
    _hash=$(openssl pkey -in "$NEXT/device.key" -pubout -outform DER 2>/dev/null | openssl dgst -sha256 | sed 's/.*= *//')
    printf 'key_sha256=%s\n' "$_hash"
}

# obtain enroll|renew: asks until there is a good answer, and stages it.
obtain() {
    FRESH_PEER=no
    ensure_room
    settle_wireguard_key
    say_key
    log "asking $BASE_URL for a certificate for $ID ($([ "$SIGNED" = yes ] && echo 'signed with the present key' || echo 'unsigned'))"
    persist "$RETRY_FOR" attempt_enroll || give_up
    stage_answer "$1"
}

# --- the answer -------------------------------------------------------------------------------------------------------

bad_answer() { die answer "the bridge's answer cannot be used: $*"; }

# certificates FILE: writes each certificate in the member of the answer anew, into FILE.1, FILE.2, ..., and sets COUNT.
certificates() {
    json "$1" <"$WORK/answer" >"$WORK/$1.pem" || bad_answer "no $1"
    rm -f "$WORK/$1".[0-9]*
    split_pem "$WORK/$1.pem" "$WORK/$1" || no_room
    COUNT=0
    while [ -e "$WORK/$1.$((COUNT + 1))" ]; do
        COUNT=$((COUNT + 1))
        openssl x509 -in "$WORK/$1.$COUNT" -out "$WORK/clean" 2>/dev/null || bad_answer "$1 is not readable"
        mv "$WORK/clean" "$WORK/$1.$COUNT" || no_room
    done
    [ "$COUNT" -gt 0 ] || bad_answer "$1 holds no certificate"
}

# The leaf must be for this key and this id, and verify with the one anchor. So must each CA certificate; those above an
# anchor that is a Sub-CA must have signed what is below them.
judge_certificates() {
    certificates ca_chain
    _cas=$COUNT
    cat "$WORK"/ca_chain.[0-9]* >"$WORK/cas" || no_room
    certificates cert
    [ "$COUNT" -eq 1 ] || bad_answer 'more than one device certificate'
    _leaf=$WORK/cert.1
    fits "$NEXT/device.key" "$_leaf" || bad_answer 'the certificate is for another key'
    [ "$(common_name_of "$_leaf")" = "$ID" ] || bad_answer "the certificate is not for $ID"
    _extensions=$(openssl x509 -in "$_leaf" -noout -ext subjectAltName,basicConstraints 2>/dev/null) || _extensions=
    case $_extensions in
        *CA:TRUE*) bad_answer 'the certificate is a CA certificate' ;;
    esac
    _strange=$(printf '%s\n' "$_extensions" | sed -n '/Subject Alternative Name/{n;p;}' | tr ',' '\n' \
        | sed 's/^ *//; s/ *$//' | grep -v -x -F -i -e "dns:$ID" -e '') || _strange=
    [ -z "$_strange" ] || bad_answer 'the certificate holds a name that is not the device'
    judge_time
    verifies "$ANCHOR" -attime "$_now" -purpose sslclient -untrusted "$WORK/cas" "$_leaf" \
        || die trust "the new certificate is not from the CA with the fingerprint, or not valid now: $(printable <"$WORK/verify.err")"
    printf '' >"$WORK/ca-chain.crt" || no_room
    _top=$ANCHOR
    _n=0
    while [ "$_n" -lt "$_cas" ]; do
        _n=$((_n + 1))
        _ca=$WORK/ca_chain.$_n
        if ! verifies "$ANCHOR" -attime "$_now" -untrusted "$WORK/cas" "$_ca"; then
            verifies "$_ca" -attime "$_now" "$_top" \
                || die trust "the answer's chain holds a certificate that has nothing to do with the CA of the fingerprint"
            _top=$_ca
        fi
        cat "$_ca" >>"$WORK/ca-chain.crt" || no_room
    done
    cat "$_leaf" "$WORK/ca-chain.crt" >"$WORK/device-chain.crt" || no_room
    cp "$_leaf" "$WORK/device.crt" || no_room
}

# Sets _now to the time at which the leaf is judged. It was made a moment ago, so that a clock before its beginning is
# behind: by a little, that does no harm; else it has to be set first.
judge_time() {
    _begins=$(to_epoch "$(openssl x509 -in "$_leaf" -noout -startdate | cut -d = -f 2)")
    if [ "${_begins:-0}" -gt "$(($(now) + 300))" ]; then
        log "the clock is behind: the new certificate begins in $((_begins - $(now))) s"
        set_clock_from_bridge || die clock 'the new certificate cannot be judged with a wrong clock'
    fi
    _now=$(now)
    if [ "${_begins:-0}" -gt "$_now" ]; then _now=$_begins; fi
}

# wg0.conf with the device's private key filled in. wg-quick runs PostUp and the like as root: only what describes a
# tunnel is let through.
judge_tunnel() {
    json wg <"$WORK/answer" >"$WORK/wg" || bad_answer 'no wg'
    PLACEHOLDER=$WG_PLACEHOLDER awk '
        NR == FNR { key = $0; next }
        { sub(/\r$/, ""); line = $0; sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line) }
        line == "" || line ~ /^#/ { print line; next }
        line == "[Interface]" || line == "[Peer]" { section = line; seen[section]++; print line; next }
        {
            equals = index(line, "=")
            name = substr(line, 1, equals - 1)
            gsub(/[ \t]/, "", name)
            known = section == "[Interface]" ? "|PrivateKey|Address|DNS|MTU|ListenPort|" \
                : section == "[Peer]" ? "|PublicKey|PresharedKey|AllowedIPs|Endpoint|PersistentKeepalive|" : ""
            if (!equals || index(known, "|" name "|") == 0) { bad = 1; exit }
            if (name == "PrivateKey") {
                value = substr(line, equals + 1)
                gsub(/[ \t]/, "", value)
                if (value != ENVIRON["PLACEHOLDER"]) { bad = 1; exit }
                keys++
                line = "PrivateKey = " key
            }
            print line
        }
        END { exit bad || keys != 1 || seen["[Interface]"] != 1 || !seen["[Peer]"] }' \
        "$CERTS_DIR/wireguard.key" "$WORK/wg" >"$WORK/wg0.conf" \
        || bad_answer 'wg holds something other than the description of a tunnel, or not the place for the private key'
}

# services.env, as systemd's EnvironmentFile and the shell read it: MQTT_HOST="...". Absent without services.
judge_services() {
    rm -f "$WORK/services.env"
    json 'services.*' <"$WORK/answer" >"$WORK/services" || return 0
    awk '
        {
            value = $0
            sub(/^[^ ]* /, "", value)
            # Nothing that a shell would take for more than text. (A text, because awks differ about a slash in a class.)
            if ($1 !~ /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/ || value ~ "[^]A-Za-z0-9._:/@%+=,~?&[-]") { bad = 1; exit }
            name = toupper($1)
            gsub(/\./, "_", name)
            print name "=\"" value "\""
        }
        END { exit bad }' "$WORK/services" >"$WORK/services.env" || bad_answer 'a service has a strange name or value'
    # An answer that is given again leaves the token out once the certificate was used; it is the one the device has.
    if grep -q '^HAWKBIT_' "$WORK/services.env" && ! grep -q '^HAWKBIT_TARGET_TOKEN=' "$WORK/services.env" &&
        [ -e "$CERTS_DIR/services.env" ]; then
        sed -n '/^HAWKBIT_TARGET_TOKEN="[A-Za-z0-9._~+\/=-]*"$/p' "$CERTS_DIR/services.env" >>"$WORK/services.env" || no_room
    fi
}

# Checks the answer in $WORK/answer and makes it the next identity. $1: enroll or renew.
stage_answer() {
    # It may have waited for the answer for days.
    ensure_room
    [ "$(json device_id <"$WORK/answer")" = "$ID" ] || bad_answer 'not JSON, or for another device'
    for _date in not_after renew_after; do
        [ -n "$(to_epoch "$(json $_date <"$WORK/answer")")" ] || bad_answer "$_date is not a time"
    done
    judge_certificates
    judge_tunnel
    judge_services
    rm -f "$NEXT/plan" "$NEXT/enrolled" "$NEXT/confirmed" "$NEXT/services.env" || die storage "$NEXT cannot be written"
    for _name in device.crt device-chain.crt ca-chain.crt wg0.conf services.env; do
        if [ -e "$WORK/$_name" ]; then put "$NEXT/$_name" <"$WORK/$_name"; fi
    done
    _order=first
    if has_pair && ! fits "$NEXT/device.key" "$CERTS_DIR/device.crt"; then _order=replace; fi
    printf '%s %s\n' "$1" "$_order" | put "$NEXT/plan" || exit "$?"
    {
        printf 'device_id %s\n' "$ID"
        printf 'serial %s\n' "$(openssl x509 -in "$NEXT/device.crt" -noout -serial | cut -d = -f 2)"
        printf 'not_after %s\n' "$(json not_after <"$WORK/answer")"
        printf 'renew_after %s\n' "$(json renew_after <"$WORK/answer")"
        printf 'wireguard_ip %s\n' "$(json wireguard_ip <"$WORK/answer" | printable)"
        for _name in $FILES; do
            _file=$NEXT/$_name
            if [ "$_name" = wireguard.key ]; then _file=$CERTS_DIR/$_name; fi
            if [ -e "$_file" ]; then printf 'sha256 %s %s\n' "$_name" "$(sha256_of "$_file")"; fi
        done
    } | put "$NEXT/enrolled" || exit "$?"
    save_clock
}

# --- from the next identity to the present one ------------------------------------------------------------------------

# Where a file of the new identity is at the moment.
new_file() {
    if [ -e "$NEXT/$1" ]; then printf '%s\n' "$NEXT/$1"; else printf '%s\n' "$CERTS_DIR/$1"; fi
}

# One attempt to tell the bridge that the new identity is stored. Status 1: try again.
attempt_confirm() {
    settle_anchor || return 1
    settle_clock || return 1
    _certificate=$(new_file device.crt)
    printf '{"serial":"%s"}' "$(openssl x509 -in "$_certificate" -noout -serial | cut -d = -f 2)" >"$WORK/request.json" || no_room
    sign "$(new_file device.key)" "$_certificate" "$WORK/confirm.p7" \
        || die tools "openssl signs nothing: $(printable <"$WORK/openssl.err")"
    fetch answer POST "$BASE_URL/devices/$ID/confirm" -H 'Content-Type: application/pkcs7-mime' --data-binary "@$WORK/confirm.p7" \
        || return 1
    case $HTTP_STATUS in
        200) BRIDGE_KNOWS=yes ;;
        409)
            judge_status
            BRIDGE_KNOWS=no
            ;;
        *)
            judge_status
            return 1
            ;;
    esac
}

# Ends the run when the bridge cannot be told now; the next run of enroll.sh or renew.sh tells it. Status 1 when the
# bridge does not know the certificate, as after it was restored from an older backup: then it has to be asked for anew.
confirm() {
    if [ -e "$NEXT/confirmed" ]; then return 0; fi
    persist "$CONFIRM_FOR" attempt_confirm || die confirm "the new certificate is stored but not confirmed ($1); run again later"
    if [ "$BRIDGE_KNOWS" = no ]; then
        warn 'the bridge does not know the new certificate'
        rm -f "$NEXT/enrolled"
        return 1
    fi
    printf 'yes\n' | put "$NEXT/confirmed" || exit "$?"
}

# Moves the new files into place, the flag last. May be cut short anywhere and be run again. Status 1 when they are not
# what the flag says.
switch() {
    if [ ! -e "$NEXT/enrolled" ]; then return 0; fi
    rm -f "$CERTS_DIR/enrolled" || die storage "$CERTS_DIR cannot be written"
    durable "$CERTS_DIR"
    for _name in $FILES; do
        if [ -e "$NEXT/$_name" ]; then
            mv -f "$NEXT/$_name" "$CERTS_DIR/$_name" || die storage "$CERTS_DIR cannot be written"
        elif [ -z "$(flag_value "$NEXT/enrolled" "sha256 $_name")" ]; then
            rm -f "$CERTS_DIR/$_name"
        fi
    done
    durable "$CERTS_DIR" "$NEXT"
    if ! vouches "$NEXT/enrolled" "$CERTS_DIR"; then
        warn 'the new files were damaged on the disk'
        rm -f "$NEXT/enrolled"
        return 1
    fi
    mv -f "$NEXT/enrolled" "$CERTS_DIR/enrolled" || die storage "$CERTS_DIR cannot be written"
    durable "$CERTS_DIR" "$NEXT"
    log "in place: the certificate of $ID, valid until $(flag_value "$CERTS_DIR/enrolled" not_after)"
}

# Whether a complete answer waits to be put in place or confirmed.
is_staged() {
    [ -s "$NEXT/plan" ] && { [ -s "$NEXT/enrolled" ] || { [ ! -e "$NEXT/device.key" ] && is_enrolled; }; }
}

# From a staged answer to the end. Status 1 when all has to begin again.
finish() {
    read -r PLAN_FOR PLAN_ORDER <"$NEXT/plan"
    if [ "$PLAN_ORDER" = replace ] && [ -e "$NEXT/device.key" ]; then
        confirm 'the present one stays in use' || {
            rm -rf "$NEXT"
            return 1
        }
    fi
    switch || return 1
    confirm 'but it is in use' || {
        rm -f "$CERTS_DIR/enrolled"
        rm -rf "$NEXT"
        return 1
    }
    run_hook "$PLAN_FOR"
    mv "$NEXT" "$WORK/done" || die storage "$CERTS_DIR cannot be written"
    durable "$STATE"
    rm -rf "$WORK/done"
}

# Tells the device's own software, after everything is in place: at least once for each new certificate.
run_hook() {
    case $1 in
        renew) _hook=${POST_RENEW_HOOK:-} ;;
        *) _hook=${POST_ENROLL_HOOK:-} ;;
    esac
    if [ -n "$_hook" ]; then
        log "running $_hook"
        env CERTS_DIR="$CERTS_DIR" DEVICE_ID="$ID" "$_hook" </dev/null >&2 || warn "$_hook ended with status $?"
    fi
}
