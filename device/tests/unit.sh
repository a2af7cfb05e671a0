#!/bin/sh
# Tests of the scripts' own functions, without a bridge. Run it with each shell that the scripts are meant for:
#   dash device/tests/unit.sh; busybox sh device/tests/unit.sh
# Prints what failed, and ends with status 1 then. How the scripts behave against a running bridge is tested by
# the *Script*Test classes in app-javalin.
# shellcheck disable=SC1003,SC2016 # backslashes and dollar signs are what is tested
# shellcheck disable=SC2030,SC2031,SC2317 # functions are replaced, and subshells keep what they change to themselves
set -eu
umask 077
LC_ALL=C
export LC_ALL
PROGRAM=unit.sh
DEFAULT_RETRY_FOR=0
TESTS=$(dirname "$(readlink -f "$0")")
HERE=${TESTS%/*}
. "$HERE/lib/host.sh"
. "$HERE/lib/clock.sh"
. "$HERE/lib/bridge.sh"
. "$HERE/lib/identity.sh"
. "$HERE/lib/tunnel.sh"

TEMP=$(mktemp -d)
trap 'rm -rf "$TEMP"' EXIT
CERTS_DIR=$TEMP/certs
STATE=$CERTS_DIR/.bridge
NEXT=$STATE/next
WORK=$STATE/work
FAILED=0
PASSED=0
TAB=$(printf '\t')
mkdir -p "$WORK" "$NEXT"

# is WHAT ACTUAL EXPECTED
is() {
    if [ "$2" = "$3" ]; then
        PASSED=$((PASSED + 1))
    else
        FAILED=$((FAILED + 1))
        printf 'FAILED: %s\n  expected: %s\n  but was:  %s\n' "$1" "$3" "$2"
    fi
}

# status COMMAND...: prints the status that the command ends with; a die ends only the command.
status() {
    _got=0
    ("$@") >/dev/null 2>&1 || _got=$?
    printf '%s' "$_got"
}

json_of() { printf '%s' "$1" | json "$2" || printf 'status %s' "$?"; }

test_json_members() {
    is 'plain member' "$(json_of '{"a":"x"}' a)" x
    is 'blanks' "$(json_of " { \"a\" :$TAB \"x\" $NL} " a)" x
    is 'member below' "$(json_of '{"a":{"b":{"c":"x"}},"b":"y"}' a.b.c)" x
    is 'not the one below' "$(json_of '{"a":{"cert":"wrong"},"cert":"right"}' cert)" right
    is 'not the one in an array' "$(json_of '{"a":[{"cert":"wrong"}],"cert":"right"}' cert)" right
    is 'not one inside a text' "$(json_of '{"a":"\"cert\":\"wrong\"","cert":"right"}' cert)" right
    is 'number' "$(json_of '{"a":-1.5e3}' a)" -1.5e3
    is 'truth' "$(json_of '{"a":true}' a)" true
    is 'empty text' "$(json_of '{"a":""}' a)" ''
    is 'absent' "$(json_of '{"a":"x"}' b)" 'status 1'
    is 'null is absent' "$(json_of '{"a":null}' a)" 'status 1'
    is 'object is no text' "$(json_of '{"a":{}}' a)" 'status 1'
    is 'dot in a name is no path' "$(json_of '{"a.b":"x"}' a.b)" 'status 1'
    is 'list' "$(json_of '{"s":{"m":{"h":"x y","p":1},"k":"z"},"t":"u"}' 's.*')" "m.h x y${NL}m.p 1${NL}k z"
    is 'empty list' "$(json_of '{"s":{}}' 's.*')" 'status 1'
    is 'line end in a list' "$(json_of '{"s":{"a":"x\ny"}}' 's.*' | tr '\001' '!')" 'a x!y'
}

test_json_texts() {
    is 'line ends' "$(json_of '{"a":"x\ny\n"}' a)" "x${NL}y"
    is 'escapes' "$(json_of '{"a":"\"\\\/\t"}' a)" "\"\\/$TAB"
    is 'backslash before n' "$(json_of '{"a":"\\n"}' a)" '\n'
    is 'quote at the end' "$(json_of '{"a":"x\\"}' a)" 'x\'
    is 'ASCII by code' "$(json_of '{"a":"\u0041\u002b\u003d"}' a)" 'A+='
    is 'UTF-8 kept' "$(json_of '{"a":"Zürich"}' a)" Zürich
    is 'two bytes' "$(json_of '{"a":"Z\u00fcrich"}' a)" Zürich
    is 'three bytes' "$(json_of '{"a":"\u20AC"}' a)" €
    is 'four bytes' "$(json_of '{"a":"\uD83D\uDE00"}' a)" 😀
    is 'percent and ampersand' "$(json_of '{"a":"100%s & \\0"}' a)" '100%s & \0'
}

test_json_refusals() {
    for _text in '' '{' '}' '{"a":"x"' '{"a":"x"}}' '{"a":"x"} {"a":"x"}' '{"a" "x"}' '{"a":"x",}' '{a:"x"}' "{'a':'x'}" \
        '{"a":"x\"}' '{"a":"x","a":"y"}' '{"a":"\q"}' '{"a":"x","b":"\u12"}' '{"a":"x","b":"\ud800"}' '{"a":"x","b":"\udc00"}' \
        '{"a":"x","b":"\u0000"}' '{"a":"x","b":tru}' '{"a":"x","b":[1,]}' '<html>"a":"x"</html>' '"a"' '["a"]'; do
        is "refused: $_text" "$(json_of "$_text" a)" 'status 1'
    done
    is 'depth' "$(json_of "{\"a\":\"x\",\"b\":$(printf '%040d' 0 | tr 0 '[')}" a)" 'status 1'
}

test_json_written_can_be_read() {
    _text='-----BEGIN "X"-----
a\b/c %s $HOME
last'
    is 'there and back' "$(json_of "{\"a\":$(printf '%s\n' "$_text" | json_text)}" a)" "$_text"
}

test_times() {
    is 'HTTP' "$(to_epoch 'Sun, 06 Nov 1994 08:49:37 GMT')" 784111777
    is 'openssl' "$(to_epoch 'Nov  6 08:49:37 1994 GMT')" 784111777
    is 'RFC 3339' "$(to_epoch 1994-11-06T08:49:37Z)" 784111777
    is 'fraction' "$(to_epoch 1994-11-06T08:49:37.123456Z)" 784111777
    is 'beginning' "$(to_epoch 1970-01-01T00:00:00Z)" 0
    is 'leap day' "$(to_epoch 2028-02-29T12:00:00Z)" 1835438400
    is 'day after it' "$(to_epoch 2028-03-01T00:00:00Z)" 1835481600
    is 'not a leap year' "$(to_epoch 2100-03-01T00:00:00Z)" 4107542400
    is 'beyond 32 bits' "$(to_epoch 'Jan 19 03:14:08 2038 GMT')" 2147483648
    for _text in '' tomorrow '2026-13-01T00:00:00Z' '2026-01-32T00:00:00Z' '2026-01-01T24:00:00Z' '2026-01-01' \
        'Xyz  6 08:49:37 1994 GMT' 'Sun, 06 Nov 1994 08:49:37 CET' '1969-12-31T23:59:59Z' 1795467055; do
        is "no time: $_text" "$(to_epoch "$_text")" ''
    done
}

test_device_ids() {
    for _id in a A1 dev-001 a.b_c-d 1.2.3 1.2.3.4.5 1.2.3.a "$(printf '%064d' 1)"; do
        is "id: $_id" "$(status is_device_id "$_id")" 0
    done
    for _id in '' -a .a _a a. a..b 'a b' a/b ../a "a${NL}b" é 1.2.3.4 192.168.100.200 "$(printf '%065d' 1)" 'a*' '$x'; do
        is "no id: $_id" "$(status is_device_id "$_id")" 1
    done
}

test_placeholders() {
    for _serial in '' 0 00000000 'To be filled by O.E.M.' 'To Be Filled By O.E.M' 'Default string' None 'Not Specified' \
        'System Serial Number' XXXXXXXX ........ 0123456789 03000200-0400-0500-0006-000700080009 'N/A' ---- FFFF-FFFF '[[[' '\\\'; do
        is "placeholder: $_serial" "$(status is_placeholder "$_serial")" 0
    done
    for _serial in PF1234 5CG0012X0 10000000 AAB none1; do
        is "serial number: $_serial" "$(status is_placeholder "$_serial")" 1
    done
}

test_hardware_texts() {
    HARDWARE_ROOT=$TEMP/hardware
    mkdir -p "$HARDWARE_ROOT/proc/device-tree"
    printf ' 1000ab \0' >"$HARDWARE_ROOT/proc/device-tree/serial-number"
    is 'NUL and blanks are cut off' "$(hardware_text /proc/device-tree/serial-number)" 1000ab
    is 'absent' "$(hardware_text /proc/nothing)" ''
    is 'facts' "$(hardware_facts)" 'device-tree 1000ab'
    for _card in 0 1 1boot0; do mkdir -p "$HARDWARE_ROOT/sys/block/mmcblk$_card/device"; done
    printf 'aa11\n' >"$HARDWARE_ROOT/sys/block/mmcblk0/device/cid"
    printf 'bb22\n' >"$HARDWARE_ROOT/sys/block/mmcblk1/device/cid"
    is 'all cards' "$(hardware_facts)" "device-tree 1000ab${NL}storage aa11${NL}storage bb22"
    HARDWARE_ROOT=
}

# kin_of RECORD FACTS [HARDWARE_ID]
kin_of() {
    (
        mkdir -p "$STATE"
        printf '%s\n' "$1" >"$STATE/hardware-id"
        touch "$CERTS_DIR/device.key"
        FACTS=$2 HARDWARE_ID=${3:-}
        hardware_facts() { printf '%s\n' "$FACTS"; }
        discard_if_cloned
        if [ -e "$CERTS_DIR/device.key" ]; then printf 'same, '; else printf 'other, '; fi
        tr '\n' ';' <"$STATE/hardware-id"
    ) 2>/dev/null || printf 'status %s, %s' "$?" "$(tr '\n' ';' <"$STATE/hardware-id")"
}

test_clones() {
    is 'same' "$(kin_of 'soc 1' 'soc 1')" 'same, soc 1;'
    is 'other' "$(kin_of 'soc 1' 'soc 2')" 'other, soc 2;'
    is 'the most telling decides' "$(kin_of "soc 1${NL}storage a" "soc 1${NL}storage b")" "same, soc 1;storage b;"
    is 'nothing in common decides nothing' "$(kin_of 'soc 1' 'storage a')" 'same, storage a;'
    is 'cards in another order' "$(kin_of "storage a${NL}storage b" "storage b${NL}storage a")" 'same, storage b;storage a;'
    is 'a card pulled out' "$(kin_of "storage a${NL}storage b" 'storage b')" 'same, storage b;'
    is 'a card put in first' "$(kin_of 'storage b' "storage a${NL}storage b")" 'same, storage a;storage b;'
    is 'other cards' "$(kin_of "storage a${NL}storage b" "storage c${NL}storage d")" 'other, storage c;storage d;'
    is 'a slip in HARDWARE_ID' "$(kin_of "given x${NL}soc 1" "given y${NL}soc 1" y)" 'status 3, given x;soc 1;'
    is 'HARDWARE_ID of another piece' "$(kin_of "given x${NL}soc 1" "given y${NL}soc 2" y)" 'other, given y;soc 2;'
    is 'HARDWARE_ID alone' "$(kin_of 'given x' 'given y' y)" 'other, given y;'
    is 'HARDWARE_ID for the first time' "$(kin_of 'soc 1' "given x${NL}soc 1" x)" 'same, given x;soc 1;'
    is 'HARDWARE_ID no more' "$(kin_of "given x${NL}soc 1" 'soc 1')" 'same, soc 1;'
    rm -f "$STATE/hardware-id" "$CERTS_DIR/device.key"
}

volatile_on() {
    HARDWARE_ROOT=$TEMP/mounts
    mkdir -p "$HARDWARE_ROOT/proc"
    printf '%s\n' "$2" >"$HARDWARE_ROOT/proc/mounts"
    _why=$(volatile_because "$1")
    HARDWARE_ROOT=
    printf '%s' "${_why:-lasting}"
}

test_volatile_storage() {
    _root='/dev/mmcblk0p2 / ext4 rw,relatime 0 0'
    is 'disk' "$(volatile_on /certs "$_root")" lasting
    is 'own partition' "$(volatile_on /certs "overlay / overlay rw 0 0$NL/dev/mmcblk0p4 /certs ext4 rw 0 0")" lasting
    is 'similar name' "$(volatile_on /certs "$_root${NL}tmpfs /cert tmpfs rw 0 0")" lasting
    is 'tmpfs' "$(volatile_on /certs "$_root${NL}tmpfs /certs tmpfs rw 0 0")" 'it is on tmpfs'
    is 'below tmpfs' "$(volatile_on /run/a/certs "$_root${NL}tmpfs /run tmpfs rw 0 0")" 'it is on tmpfs'
    is 'the last mount counts' "$(volatile_on /certs "/dev/sda /certs ext4 rw 0 0${NL}tmpfs /certs tmpfs rw 0 0")" 'it is on tmpfs'
    is 'blank in the path' "$(volatile_on '/my certs' "$_root${NL}tmpfs /my\\040certs tmpfs rw 0 0")" 'it is on tmpfs'
    is 'read-only' "$(volatile_on /certs '/dev/root / squashfs ro,relatime 0 0')" 'it is mounted read-only'
    is 'initramfs' "$(volatile_on /certs 'rootfs / rootfs rw 0 0')" 'it is on rootfs'
    is 'RAM disk' "$(volatile_on /certs '/dev/ram0 / ext2 rw 0 0')" 'it is on the RAM disk /dev/ram0'
    is 'compressed RAM' "$(volatile_on /certs '/dev/zram1 / ext4 rw 0 0')" 'it is on the RAM disk /dev/zram1'
    is 'overlay on a disk' "$(volatile_on /certs "/dev/sda / ext4 rw 0 0${NL}o /certs overlay rw,lowerdir=/,upperdir=$TEMP,workdir=/w 0 0")" lasting
    is 'overlay in memory' "$(volatile_on /certs "tmpfs / tmpfs rw 0 0${NL}o /certs overlay rw,upperdir=$TEMP 0 0")" \
        'it is in an overlay whose upper layer is in memory'
    is 'container' "$(volatile_on /certs 'overlay / overlay rw,lowerdir=/x,upperdir=/no/such/place,workdir=/y 0 0')" \
        'it is in a layer that goes with the container; mount a volume there'
    is 'no table' "$(volatile_on /certs '')" 'its file system is not in /proc/mounts'
}

settings_from() {
    printf '%s\n' "$1" >"$TEMP/conf"
    (
        unset CERTS_DIR
        ENROLL_CONFIG=$TEMP/conf
        CA_FINGERPRINT=$(printf '%064d' 0)
        read_settings 2>&1
        printf '%s|%s|%s' "${DEVICE_ID:-}" "${DEVICE_NAME:-}" "$CERTS_DIR"
    ) || printf 'status %s' "$?"
}

test_settings_file() {
    is 'plain' "$(settings_from "# a comment$NL${NL}DEVICE_ID=a${NL}CERTS_DIR=/x")" 'a||/x'
    is 'no comment behind a value' "$(settings_from 'DEVICE_NAME=a # b')" '|a # b|/certs'
    is 'quotes' "$(settings_from "DEVICE_ID='a'${NL}DEVICE_NAME=\"b c\"")" 'a|b c|/certs'
    is 'is not run' "$(settings_from 'DEVICE_NAME=$(echo x) `echo y`; echo z')" '|$(echo x) `echo y`; echo z|/certs'
    is 'backslash stays' "$(settings_from 'DEVICE_NAME=a\nb')" '|a\nb|/certs'
    is 'environment first' "$(DEVICE_ID="env" && export DEVICE_ID && settings_from 'DEVICE_ID=file')" 'env||/certs'
    is 'empty is unset' "$(DEVICE_ID='' && export DEVICE_ID && settings_from 'DEVICE_ID=file')" 'file||/certs'
    is 'unknown' "$(settings_from 'PATH=/x')" "unit.sh: warning: $TEMP/conf: unknown setting PATH$NL||/certs"
    is 'not a setting' "$(settings_from 'DEVICE_ID a' | tail -n 1)" 'status 7'
    is 'not a number' "$(settings_from 'RETRY_FOR=10s' | tail -n 1)" 'status 7'
    is 'no octal number' "$(settings_from 'RETRY_FOR=08' | tail -n 1) $(settings_from 'RETRY_MIN=010' | tail -n 1)" 'status 7 status 7'
    is 'zero' "$(settings_from 'RETRY_FOR=0')" '||/certs'
}

test_units_know_the_codes() {
    is 'systemd, enroll.sh' "$(sed -n 's/^RestartPreventExitStatus=//p' "$HERE/systemd/bridge-enroll.service")" \
        "$(exit_code id) $(exit_code settings) $(exit_code decommissioned) $(exit_code rejected)"
    is 'systemd, tunnel.sh' "$(sed -n 's/^RestartPreventExitStatus=//p' "$HERE/systemd/bridge-tunnel.service")" "$(exit_code settings)"
    is 'init, enroll.sh' "$(sed -n 's/^ *\(0 |.*\)) break ;;$/\1/p' "$HERE/init/S60bridge-enroll")" \
        "0 | $(exit_code id) | $(exit_code settings) | $(exit_code decommissioned) | $(exit_code rejected)"
    is 'init, tunnel.sh' "$(sed -n 's/.*"$status" -eq \([0-9]*\) .*/\1/p' "$HERE/init/S70bridge-tunnel")" "$(exit_code settings)"
    _codes=$(sed -n 's/^        \([a-z-]*\)) echo \([0-9]*\) ;;$/\2/p' "$HERE/lib/host.sh" | sort | uniq)
    is 'the codes that shells end with by themselves are no way to end' "$(printf '%s\n' "$_codes" | grep -c -x '[012]')" 0
    is 'each code has one meaning' "$(printf '%s\n' "$_codes" | grep -c .)" "$(grep -c '^        [a-z-]*) echo [0-9]* ;;$' "$HERE/lib/host.sh")"
    for _code in $_codes; do
        is "in the table: $_code" "$(grep -c "^| $_code |" "$HERE/README.md")" 1
    done
}

url_parts() {
    (
        BRIDGE_URL=$1 BRIDGE_TLS_TRUST=pinned BRIDGE_ALLOW_HTTP=${2:-no}
        read_bridge_url 2>/dev/null
        printf '%s' "$SCHEME $HOST $PORT $BASE_URL"
    ) || printf 'status %s' "$?"
}

test_bridge_urls() {
    is 'host' "$(url_parts https://bridge.example.com)" 'https bridge.example.com 443 https://bridge.example.com'
    is 'prefix is kept' "$(url_parts https://h:8443/a/b//)" 'https h 8443 https://h:8443/a/b'
    is 'IPv6' "$(url_parts 'https://[::1]:8443/x')" 'https [::1] 8443 https://[::1]:8443/x'
    is 'IPv6 without port' "$(url_parts 'https://[::1]')" 'https [::1] 443 https://[::1]'
    is 'plain http' "$(url_parts http://h yes)" 'http h 80 http://h'
    for _url in '' h:8443 ftp://h http://h https:// https:///x https://u:p@h 'https://h?q' 'https://h#f' 'https://h/a b' https://h:x \
        https://h: https://h:0443 'https://h/"'; do
        is "refused: $_url" "$(url_parts "$_url")" 'status 7'
    done
}

test_headers() {
    printf 'HTTP/1.1 100 Continue\r\nRetry-After: 1\r\n\r\nHTTP/1.1 503 Busy\r\nretry-AFTER:  7 \r\nX-Retry-After: 9\r\n\r\n' >"$WORK/answer.headers"
    is 'the last answer, any case' "$(header answer retry-after)" 7
    is 'absent' "$(header answer date)" ''
    printf 'HTTP/1.1 100 Continue\r\nDate: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n' >"$WORK/answer.headers"
    is 'not of an earlier answer' "$(header answer date)" ''
}

retry_after_of() {
    printf 'HTTP/1.1 503 x\r\nRetry-After: %s\r\n\r\n' "$1" >"$WORK/answer.headers"
    read_retry_after answer
    printf '%s' "$_after"
}

test_retry_after() {
    is 'seconds' "$(retry_after_of 30)" 30
    is 'none' "$(retry_after_of '')" 0
    is 'bounded' "$(retry_after_of 86400)" 3600
    is 'no octal number' "$(retry_after_of 08) $(retry_after_of 010) $(retry_after_of 000) $(retry_after_of 00007200)" '8 10 0 3600'
    is 'bounded, however long' "$(retry_after_of 99999999999999999999)" 3600
    is 'in the past' "$(retry_after_of 'Sun, 06 Nov 1994 08:49:37 GMT')" 0
    is 'far in the future' "$(retry_after_of 'Sun, 06 Nov 2094 08:49:37 GMT')" 3600
    is 'nonsense' "$(retry_after_of soon)" 0
    is 'negative' "$(retry_after_of -5)" 0
}

KEY=cGxlYXNlLXVzZS10aGlzLWtleS1pbi10ZXN0cy1vbiE=

tunnel_of() {
    printf '%s\n' "$KEY" >"$CERTS_DIR/wireguard.key"
    printf '{"wg":%s}' "$(printf '%s\n' "$1" | json_text)" >"$WORK/answer"
    (judge_tunnel) 2>/dev/null || {
        printf 'status %s' "$?"
        return
    }
    cat "$WORK/wg0.conf"
}

test_tunnel_configurations() {
    _good="# made for dev-1
[Interface]
PrivateKey = $WG_PLACEHOLDER
Address = 10.8.0.2/32

[Peer]
PublicKey = AAAA
AllowedIPs = 10.8.0.0/24
Endpoint = vpn.example.com:51820
PersistentKeepalive = 25"
    is 'the key is filled in' "$(tunnel_of "$_good")" "$(printf '%s\n' "$_good" | sed "s|<.*>|$KEY|")"
    is 'without blanks, with CR' "$(tunnel_of "$(printf '[Interface]\r\nPrivateKey=%s\r\n[Peer]\r\nPublicKey=A\r\n' "$WG_PLACEHOLDER")")" \
        "[Interface]${NL}PrivateKey = $KEY${NL}[Peer]${NL}PublicKey=A"
    for _line in 'PostUp = touch /tmp/x' 'PreDown=x' 'postup = x' 'SaveConfig = true' 'Table = off' 'PrivateKey = AAAA' 'FwMark = 1' nonsense; do
        is "refused: $_line" "$(tunnel_of "[Interface]${NL}PrivateKey = $WG_PLACEHOLDER$NL$_line${NL}[Peer]${NL}PublicKey = A")" 'status 16'
        is "refused in a peer: $_line" "$(tunnel_of "[Interface]${NL}PrivateKey = $WG_PLACEHOLDER${NL}[Peer]$NL$_line")" 'status 16'
    done
    is 'no place for the key' "$(tunnel_of "[Interface]${NL}Address = 1${NL}[Peer]")" 'status 16'
    is 'no peer' "$(tunnel_of "[Interface]${NL}PrivateKey = $WG_PLACEHOLDER")" 'status 16'
    is 'another section' "$(tunnel_of "$_good${NL}[Hook]${NL}Run = x")" 'status 16'
    is 'empty' "$(tunnel_of '')" 'status 16'
}

services_of() {
    printf '%s' "$1" >"$WORK/answer"
    (judge_services) 2>/dev/null || {
        printf 'status %s' "$?"
        return
    }
    if [ -e "$WORK/services.env" ]; then cat "$WORK/services.env"; else printf 'no file'; fi
}

test_services() {
    is 'names and values' "$(services_of '{"services":{"mqtt":{"host":"m.example.com","port":8883},"hawkbit":{"url":"https://h/a?b=c&d","target_token":"a+/="}}}')" \
        "MQTT_HOST=\"m.example.com\"${NL}MQTT_PORT=\"8883\"${NL}HAWKBIT_URL=\"https://h/a?b=c&d\"${NL}HAWKBIT_TARGET_TOKEN=\"a+/=\""
    is 'addresses' "$(services_of '{"services":{"mqtt":{"host":"2001:db8::1"},"hawkbit":{"url":"https://[2001:db8::1]:8443/h-1"}}}')" \
        "MQTT_HOST=\"2001:db8::1\"${NL}HAWKBIT_URL=\"https://[2001:db8::1]:8443/h-1\""
    printf 'HAWKBIT_URL="https://old"\nHAWKBIT_TARGET_TOKEN="a+/="\n' >"$CERTS_DIR/services.env"
    is 'the token it has' "$(services_of '{"services":{"hawkbit":{"url":"https://h"}}}')" \
        "HAWKBIT_URL=\"https://h\"${NL}HAWKBIT_TARGET_TOKEN=\"a+/=\""
    is 'another token' "$(services_of '{"services":{"hawkbit":{"target_token":"b"}}}')" 'HAWKBIT_TARGET_TOKEN="b"'
    is 'no hawkBit any more' "$(services_of '{"services":{"mqtt":{"host":"m"}}}')" 'MQTT_HOST="m"'
    printf 'HAWKBIT_TARGET_TOKEN="$(x)"\n' >"$CERTS_DIR/services.env"
    is 'a damaged token' "$(services_of '{"services":{"hawkbit":{"url":"https://h"}}}')" 'HAWKBIT_URL="https://h"'
    rm "$CERTS_DIR/services.env"
    is 'none' "$(services_of '{"a":"b"}')" 'no file'
    is 'empty' "$(services_of '{"services":{}}')" 'no file'
    for _value in '$(x)' '`x`' 'a\"b' "a'b" 'a b' 'a\\b' 'a\nb' 'a;b' 'a\u0001'; do
        is "refused: $_value" "$(services_of "{\"services\":{\"mqtt\":{\"host\":\"$_value\"}}}")" 'status 16'
    done
    is 'strange name' "$(services_of '{"services":{"MQTT":{"host":"x"}}}')" 'status 16'
    is 'not below a service' "$(services_of '{"services":{"path":"x"}}')" 'status 16'
}

test_wireguard_keys() {
    # RFC 7748, 6.1: Alice's pair.
    printf 'dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n' >"$TEMP/wg"
    is 'public key' "$(wireguard_public_key "$TEMP/wg")" 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo='
    printf 'dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LA==\n' >"$TEMP/wg"
    is 'too short' "$(status wireguard_public_key "$TEMP/wg")" 1
    is 'absent' "$(status wireguard_public_key "$TEMP/none")" 1
    rm -f "$CERTS_DIR/wireguard.key" "$CERTS_DIR/wg0.conf"
    settle_wireguard_key 2>/dev/null
    is 'made' "${#WG_PUBLIC_KEY}" 44
    _made=$WG_PUBLIC_KEY
    settle_wireguard_key
    is 'kept' "$WG_PUBLIC_KEY" "$_made"
    printf '[Interface]\nPrivateKey = dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n' >"$CERTS_DIR/wg0.conf"
    rm "$CERTS_DIR/wireguard.key"
    settle_wireguard_key
    is 'taken from wg0.conf' "$WG_PUBLIC_KEY" 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo='
}

test_within() {
    is 'in time' "$(status within 5 true)" 0
    is 'its status' "$(status within 5 sh -c 'exit 3')" 3
    is 'too late' "$(status within 1 sleep 30)" 143
}

test_random_below() {
    _high=0
    for _try in 1 2 3 4 5 6 7 8 9 10; do
        _number=$(random_below 3)
        if [ "$_number" -gt "$_high" ]; then _high=$_number; fi
    done
    is 'never reaches the limit' "$((_high < 3))" 1
    is 'one possibility' "$(random_below 1)" 0
}

fail_twice() {
    TRIES=$((TRIES + 1))
    trouble unreachable "$1"
    [ "$TRIES" -gt 2 ]
}

test_persist() {
    RETRY_MIN=1 RETRY_MAX=1 RETRY_SLOW=1000
    TRIES=0
    persist 0 fail_twice soon 2>/dev/null
    is 'tries until it works' "$TRIES" 3
    TRIES=0
    is 'gives up before waiting longer than it may' "$(status persist 10 fail_twice slow)" 1
}

# pauses STATUS RETRY_AFTER: how long is waited, five times, until it works.
pauses() {
    (
        fake_bridge https://bridge.example.com
        ANCHOR=$STATE/anchor.crt RETRY_MIN=8 RETRY_MAX=64 RETRY_SLOW=1000 STATUS=$1 PAUSES=''
        if [ -n "$2" ]; then HEADERS="Retry-After: $2"; fi
        random_below() { echo 0; }
        nap() {
            PAUSES="$PAUSES$1 "
            if [ "${#PAUSES}" -gt "$LENGTH" ]; then STATUS=200; fi
        }
        ask() {
            fetch answer GET "$BASE_URL/x" || return 1
            [ "$STATUS" = 200 ] || {
                judge_status
                return 1
            }
        }
        LENGTH=$3
        persist 0 ask
        printf '%s' "$PAUSES"
    ) 2>/dev/null
}

test_pace() {
    is 'no answer' "$(pauses 000 '' 10)" '4 8 16 32 32 '
    for _code in 408 425 429 500 502 503 504; do
        is "$_code" "$(pauses "$_code" '' 10)" '4 8 16 32 32 '
    done
    is '503, asking for long' "$(pauses 503 100 10)" '100 100 100 '
    is '503, asking for little' "$(pauses 503 2 8)" '2 2 16 32 '
    is '503, asking for something between' "$(pauses 503 20 10)" '20 20 20 32 '
    for _code in 301 401 403 404 409 418; do
        is "$_code" "$(pauses "$_code" '' 10)" '750 750 750 '
    done
    is '403, asking for long' "$(pauses 403 2000 12)" '2000 2000 2000 '
    is '409, asking for little' "$(pauses 409 1 8)" '1 1 750 750 '
    is 'approval' "$(pauses 202 '' 10)" '750 750 750 '
    is 'approval, asking for little' "$(pauses 202 60 10)" '60 60 60 60 '
    is 'removed' "$(fetched_status 410 empty)" 'status 14'
    for _code in 400 413 415 422; do
        is "$_code" "$(fetched_status "$_code" empty)" 'status 15'
    done
}

# baked_in has-certificate|no-certificate: what becomes of a WireGuard key that is another device's, asked twice.
baked_in() {
    (
        enrolled_device 2020-01-01T00:00:00Z 2030-01-01T00:00:00Z
        mkdir -p "$WORK/empty" "$NEXT"
        cp "$CERTS_DIR/device.key" "$NEXT/"
        if [ "$1" = no-certificate ]; then
            sed 's/^/PrivateKey = /' "$CERTS_DIR/wireguard.key" >"$CERTS_DIR/wg0.conf"
            rm "$CERTS_DIR/device.crt" "$CERTS_DIR/device.key" "$CERTS_DIR/wireguard.key"
        fi
        fake_bridge https://bridge.example.com
        STATUS=409 BODY='{"code":"wireguard-key-in-use"}' SIGNED=no FRESH_KEY=yes FRESH_PEER=no ENROLLMENT_TOKEN=''
        settle_wireguard_key
        for _try in 1 2; do
            BEFORE=$WG_PUBLIC_KEY
            attempt_enroll || printf '%s %s, ' "$TROUBLE" "$PACE"
            if [ "$WG_PUBLIC_KEY" = "$BEFORE" ]; then printf 'kept; '; else printf 'another; '; fi
            [ "$(wireguard_public_key "$CERTS_DIR/wireguard.key")" = "$WG_PUBLIC_KEY" ] || printf 'not stored'
        done
    ) 2>/dev/null || printf 'status %s' "$?"
}

test_wireguard_key_of_another_device() {
    is 'baked into the image' "$(baked_in no-certificate)" 'refused soon, another; refused slow, kept; '
    is 'of a device that has a certificate' "$(baked_in has-certificate)" 'refused slow, kept; refused slow, kept; '
    rm -rf "$CERTS_DIR"
    mkdir -p "$WORK" "$NEXT"
}

# clock_set URL SETTABLE CLOCK SAVED SAID: the status of setting the clock, what it says then, and what is added to it.
clock_set() {
    (
        fake_bridge "$1"
        ANCHOR=$STATE/anchor.crt SETTABLE=$2 CLOCK=$3 SAID=$5
        printf '%s\n' "$4" >"$STATE/clock"
        cp "$CERTS_DIR/device.crt" "$WORK/server.1"
        read_bridge_time() { BRIDGE_TIME=$SAID; }
        _got=0
        set_clock_from_bridge || _got=$?
        printf '%s %s %s' "$_got" "$CLOCK" "$CLOCK_OFFSET"
    ) 2>/dev/null
}

# The CA certificate is good for 100 days from now, the bridge's for 90.
test_clock_bounds() {
    enrolled_device 2020-01-01T00:00:00Z 2030-01-01T00:00:00Z
    _begin=$(date +%s)
    _t=$((_begin + 3600))
    is 'forward' "$(clock_set https://h yes 1000 '' "$_t")" "0 $_t 0"
    is 'never back' "$(clock_set https://h yes "$((_t + 60))" '' "$_t")" "1 $((_t + 60)) 0"
    is 'not before the last known time' "$(clock_set https://h yes 1000 "$((_t + 60))" "$_t")" '1 1000 0'
    is 'after the last known time' "$(clock_set https://h yes 1000 "$((_t - 60))" "$_t")" "0 $_t 0"
    is 'not before the CA certificate' "$(clock_set https://h yes 1000 '' "$((_begin - 86400))")" '1 1000 0'
    is 'nor over http' "$(clock_set http://h yes 1000 '' "$((_begin - 86400))")" '1 1000 0'
    is 'not after the CA certificate' "$(clock_set https://h yes 1000 '' "$((_begin + 101 * 86400))")" '1 1000 0'
    is 'nor over http' "$(clock_set http://h yes 1000 '' "$((_begin + 101 * 86400))")" '1 1000 0'
    is 'not after the bridge certificate' "$(clock_set https://h yes 1000 '' "$((_begin + 95 * 86400))")" '1 1000 0'
    is 'over http there is none' "$(clock_set http://h yes 1000 '' "$((_begin + 95 * 86400))")" "0 $((_begin + 95 * 86400)) 0"
    is 'may not be set' "$(clock_set https://h no 1000 '' "$_t")" '1 1000 0'
    is 'may not be set, over http' "$(clock_set http://h no 1000 '' "$_t")" "0 1000 $((_t - 1000))"
    rm "$STATE/clock"
}

floor_of() {
    (
        BUILD_STAMP_FILE=$1
        printf '%s\n' "$2" >"$STATE/clock"
        clock_floor
        rm "$STATE/clock"
    )
}

test_clock_floor() {
    touch -t 202001010000.00 "$TEMP/stamp"
    _stamp=$(date -r "$TEMP/stamp" +%s)
    is 'the build' "$(floor_of "$TEMP/stamp" '')" "$_stamp"
    is 'the last known time' "$(floor_of "$TEMP/stamp" "$((_stamp + 1))")" "$((_stamp + 1))"
    is 'an older one' "$(floor_of "$TEMP/stamp" "$((_stamp - 1))")" "$_stamp"
    is 'no build' "$(floor_of "$TEMP/none" 1600000000)" 1600000000
    for _saved in 09999999999 -1 x 999999999999 "1${NL}2"; do
        is "damaged: $_saved" "$(floor_of "$TEMP/stamp" "$_saved")" "$_stamp"
    done
    is 'with what is added to a clock that may not be set' "$(CLOCK_OFFSET=1000000 && echo "$(($(now) - $(date +%s)))")" 1000000
}

# What is the trouble when the clock says 1970 and the bridge cannot tell the time.
clock_trouble() {
    (
        fake_bridge "$1"
        ANCHOR=$STATE/anchor.crt CLOCK=1000 STATUS=$2
        touch -t 202001010000.00 "$TEMP/stamp"
        BUILD_STAMP_FILE=$TEMP/stamp
        if [ "$2" != 000 ]; then
            s_client() { printf 'CONNECTED(00000003)\n' >"$WORK/tls"; }
        fi
        settle_clock || printf '%s %s' "$TROUBLE" "$PACE"
    ) 2>/dev/null
}

test_no_time_without_network() {
    is 'nobody there' "$(clock_trouble https://127.0.0.1:1 000)" 'unreachable soon'
    is 'nobody there, http' "$(clock_trouble http://127.0.0.1:1 000)" 'unreachable soon'
    is 'somebody else there' "$(clock_trouble https://127.0.0.1:1 200)" 'clock slow'
    is 'no date' "$(clock_trouble http://127.0.0.1:1 200)" 'clock slow'
}

test_tunnel_conf() {
    printf '%s\n' '# made for dev-1' '[Interface]' "PrivateKey=$KEY" 'Address = 10.8.0.2/32, fd00::2/128 # mine' 'MTU = 1380' 'DNS = 10.8.0.1' '' \
        '[Peer]' 'Endpoint = vpn.example.com:51820' 'PublicKey = AAAA=' 'AllowedIPs = 10.8.0.0/24,fd00::/64' 'allowedips=10.9.0.0/16' \
        '[Peer]' 'PublicKey = BBBB=' 'AllowedIPs = 10.10.0.0/16' >"$CERTS_DIR/wg0.conf"
    is 'addresses' "$(conf_values interface address)" "10.8.0.2/32${NL}fd00::2/128"
    is 'MTU' "$(conf_values interface mtu)" 1380
    is 'absent' "$(conf_values peer mtu)" ''
    is 'networks' "$(conf_values peer allowedips)" "10.8.0.0/24${NL}fd00::/64${NL}10.9.0.0/16${NL}10.10.0.0/16"
    is 'endpoints' "$(endpoints)" 'AAAA= vpn.example.com:51820'
    is 'for wg' "$(conf_for_wg)" "[Interface]${NL}PrivateKey=$KEY${NL}[Peer]${NL}Endpoint=vpn.example.com:51820${NL}PublicKey=AAAA=
AllowedIPs=10.8.0.0/24,fd00::/64${NL}allowedips=10.9.0.0/16${NL}[Peer]${NL}PublicKey=BBBB=${NL}AllowedIPs=10.10.0.0/16"
    rm "$CERTS_DIR/wg0.conf"
    is 'families' "$(family_of 10.8.0.2/32) $(family_of fd00::2/128)" '4 6'
}

# program NAME: standard input becomes a program that the scripts find before the real one.
program() {
    mkdir -p "$TEMP/bin"
    {
        printf '#!/bin/sh\n'
        cat
    } >"$TEMP/bin/$1"
    chmod 700 "$TEMP/bin/$1"
}

# Makes CERTS_DIR that of a device that is enrolled: renew_after $1, not_after $2.
enrolled_device() {
    mkdir -p "$STATE" "$TEMP/ca"
    if [ ! -e "$TEMP/ca/ca.crt" ]; then
        printf '[req]\ndistinguished_name = n\n[n]\n[ca]\nbasicConstraints = critical, CA:TRUE\n' >"$TEMP/ca/cnf"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TEMP/ca/ca.key" -subj /CN=CA -days 100 \
            -config "$TEMP/ca/cnf" -extensions ca -out "$TEMP/ca/ca.crt" 2>/dev/null
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TEMP/ca/device.key" -subj /CN=dev-1 \
            -config "$TEMP/ca/cnf" -out "$TEMP/ca/csr" 2>/dev/null
        openssl x509 -req -in "$TEMP/ca/csr" -CA "$TEMP/ca/ca.crt" -CAkey "$TEMP/ca/ca.key" -set_serial 4096 -days 90 \
            -out "$TEMP/ca/device.crt" 2>/dev/null
    fi
    CA_FINGERPRINT=$(openssl x509 -in "$TEMP/ca/ca.crt" -outform DER | openssl dgst -sha256 | sed 's/.*= *//')
    cp "$TEMP/ca/device.key" "$TEMP/ca/device.crt" "$CERTS_DIR/"
    cp "$TEMP/ca/ca.crt" "$CERTS_DIR/ca-chain.crt"
    cp "$TEMP/ca/ca.crt" "$STATE/anchor.crt"
    cat "$TEMP/ca/device.crt" "$TEMP/ca/ca.crt" >"$CERTS_DIR/device-chain.crt"
    printf 'dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n' >"$CERTS_DIR/wireguard.key"
    printf '[Interface]\n' >"$CERTS_DIR/wg0.conf"
    printf 'dev-1\n' >"$CERTS_DIR/device-id"
    {
        printf 'device_id dev-1\nserial 1000\nnot_after %s\nrenew_after %s\n' "$2" "$1"
        for _name in $REQUIRED_FILES; do printf 'sha256 %s %s\n' "$_name" "$(sha256_of "$CERTS_DIR/$_name")"; done
    } >"$CERTS_DIR/enrolled"
}

# script NAME ARGUMENTS...: runs it with this shell; prints its status, and then what it did, as $TEMP/did has it.
script() {
    rm -rf "$TEMP/did" "$NEXT"
    _name=$1
    shift
    _shell=$(readlink "/proc/$$/exe")
    case $_shell in
        *busybox*) set -- sh "$HERE/$_name" "$@" ;;
        *) set -- "$HERE/$_name" "$@" ;;
    esac
    _got=0
    env PATH="$TEMP/bin:$PATH" DID="$TEMP/did" ENROLL_CONFIG=/dev/null CERTS_DIR="$CERTS_DIR" ALLOW_VOLATILE_CERTS=yes \
        BRIDGE_URL=https://bridge.invalid CA_FINGERPRINT="$CA_FINGERPRINT" RETRY_FOR=1 "$_shell" "$@" >/dev/null 2>"$TEMP/said" || _got=$?
    printf '%s' "$_got"
    if [ -e "$TEMP/did" ]; then sed 's/^/ /' "$TEMP/did"; fi
}

# In a subshell: curl and date answer with STATUS (000 for no answer), HEADERS and BODY, and with CLOCK, which can be set
# when SETTABLE says so.
fake_bridge() {
    BRIDGE_URL=$1 BRIDGE_ALLOW_HTTP=yes BRIDGE_TLS_TRUST=pinned HTTP_TIMEOUT=5 CLOCK_SYNC_WAIT=0 ID=dev-1
    STATUS=200 HEADERS='' BODY='' CLOCK='' SETTABLE=no BUILD_STAMP_FILE=$TEMP/none SYNC_WAITED=no
    read_bridge_url
    mkdir -p "$WORK/empty"
    curl() {
        _out='' _headers=''
        while [ $# -gt 0 ]; do
            case $1 in
                -o) _out=$2 ;;
                -D) _headers=$2 ;;
            esac
            shift
        done
        [ "$STATUS" != 000 ] || return 7
        printf 'HTTP/1.1 %s x\r\n%s\r\n\r\n' "$STATUS" "$HEADERS" >"$_headers"
        printf '%s' "$BODY" >"$_out"
        printf '%s' "$STATUS"
    }
    date() {
        case $*:$CLOCK in
            '-u -s '*)
                [ "$SETTABLE" = yes ] || return 1
                CLOCK=${3#@}
                ;;
            *:) command date "$@" ;;
            '-u +%s:'*) printf '%s\n' "$CLOCK" ;;
            *) command date "$@" ;;
        esac
    }
}

# What is made of an answer to the question for the CA certificate, from somebody who is not known yet.
anchor_answer() {
    (
        fake_bridge https://bridge.example.com
        STATUS=$1 HEADERS=${2:-} BODY='{"code":"device-decommissioned"}'
        _got=0
        settle_anchor || _got=$?
        printf '%s %s %s %s' "$_got" "$TROUBLE" "$PACE" "$RETRY_AFTER"
    ) 2>/dev/null || printf 'ended with %s' "$?"
}

test_strangers_refusals_stop_nothing() {
    enrolled_device 2020-01-01T00:00:00Z 2030-01-01T00:00:00Z
    rm "$STATE/anchor.crt"
    for _code in 202 204 301 400 401 403 404 409 410 413 415 418 422; do
        is "before anybody is known: $_code" "$(anchor_answer "$_code" 'Retry-After: 1')" '1 trust slow 0'
    done
    for _code in 429 500 502 503 504; do
        is "before anybody is known: $_code" "$(anchor_answer "$_code" 'Retry-After: 7')" '1 unreachable soon 7'
    done
    is 'before anybody is known: nothing' "$(anchor_answer 000)" '1 unreachable soon 0'
}

test_asking_for_the_time_keeps_the_answer() {
    enrolled_device 2020-01-01T00:00:00Z 2030-01-01T00:00:00Z
    is 'the answer that is being judged' "$(
        fake_bridge http://bridge.example.com
        ANCHOR=$STATE/anchor.crt _leaf=$CERTS_DIR/device.crt
        BODY='{"this":"answer"}'
        fetch answer POST "$BASE_URL/devices/dev-1/enroll"
        BODY='{"status":"up"}' CLOCK=1000000000 HEADERS="Date: $(command date -u '+%a, %d %b %Y %H:%M:%S GMT')"
        judge_time 2>/dev/null || echo 'not judged'
        printf '%s %s' "$(cat "$WORK/answer")" "$((CLOCK_OFFSET > 0))"
    )" '{"this":"answer"} 1'
}

disk_is() {
    if [ "$1" = full ]; then
        dd() { return 1; }
    fi
}

# Whether the answer in $WORK/answer would be staged: the status, and what ended it.
staged() {
    (
        disk_is "$1"
        fake_bridge https://bridge.example.com
        ANCHOR=$STATE/anchor.crt
        stage_answer enroll
    ) 2>"$TEMP/said" || printf 'status %s: ' "$?"
    tail -n 1 "$TEMP/said"
}

test_full_disks() {
    _soon=$(date -u -d "@$(($(date +%s) + 30000))" +%Y-%m-%dT%H:%M:%SZ)
    enrolled_device 2020-01-01T00:00:00Z "$_soon"
    rm -rf "$WORK" "$NEXT"
    mkdir -p "$WORK/empty" "$NEXT"
    cp "$CERTS_DIR/device.key" "$NEXT/"
    printf '{"device_id":"dev-1","not_after":"%s","renew_after":"%s","wireguard_ip":"10.8.0.2","cert":%s,"ca_chain":%s,"wg":%s}' "$_soon" "$_soon" \
        "$(json_text <"$CERTS_DIR/device.crt")" "$(json_text <"$TEMP/ca/ca.crt")" \
        "$(printf '[Interface]\nPrivateKey = %s\n[Peer]\n' "$WG_PLACEHOLDER" | json_text)" >"$WORK/answer"
    is 'room for all' "$(staged empty)" ''
    is 'room for all: staged' "$(is_staged && echo yes)" yes
    for _file in cas ca-chain.crt device-chain.crt device.crt put; do
        rm -f "$NEXT/enrolled"
        rm -f "$WORK/$_file"
        ln -s /dev/full "$WORK/$_file"
        is "no room for $_file" "$(staged empty | cut -d : -f 1)" 'status 4'
        is "no room for $_file: not staged" "$(is_staged || echo no)" no
        rm -f "$WORK/$_file"
    done
    printf 'cut short' >"$WORK/answer"
    is 'an answer that cannot be read' "$(staged empty | cut -d : -f 1)" 'status 16'
    is 'full before the answer is looked at' "$(staged full)" "status 4: unit.sh: error: no room in $CERTS_DIR"
    is 'rejected' "$(fetched_status 400 empty)" 'status 15'
    is 'rejected where the disk may have cut the request' "$(fetched_status 400 full)" 'status 4'
}

# fetched_status STATUS DISK: what is made of an answer of the bridge.
fetched_status() {
    (
        disk_is "$2"
        fake_bridge https://bridge.example.com
        ANCHOR=$STATE/anchor.crt STATUS=$1
        fetch answer GET "$BASE_URL/x"
        judge_status
        printf '%s %s %s' "$TROUBLE" "$PACE" "$RETRY_AFTER"
    ) 2>/dev/null || printf 'status %s' "$?"
}

# put_with_sync WORKS: yes, no, or once; what is put, and whether.
put_with_sync() {
    (
        SYNC='' WORKS=$1
        sync() {
            echo "sync $*" | sed "s|$CERTS_DIR|..|g; s/ *$//" >>"$TEMP/did"
            case $WORKS:$* in
                yes:* | *: | once:*/work/sync*) return 0 ;;
                *) return 1 ;;
            esac
        }
        rm -f "$TEMP/did" "$CERTS_DIR/x"
        echo x | put "$CERTS_DIR/x" || exit "$?"
    ) 2>/dev/null || printf 'status %s ' "$?"
    sort "$TEMP/did" | uniq | tr '\n' ' '
    [ ! -e "$CERTS_DIR/x" ] || printf 'written'
}

test_disks_that_fail() {
    is 'sync of files' "$(put_with_sync yes)" 'sync .. sync ../.bridge/work/put sync ../.bridge/work/sync ../.bridge/work written'
    is 'sync without files' "$(put_with_sync no)" 'sync sync ../.bridge/work/sync ../.bridge/work written'
    is 'a disk that fails' "$(put_with_sync once)" 'status 4 sync ../.bridge/work/put sync ../.bridge/work/sync ../.bridge/work '
}

test_renewal_is_spread() {
    program openssl <<END
if [ "\$1" = rand ]; then echo 0003e8; else exec $(command -v openssl) "\$@"; fi
END
    program curl <<'END'
echo curl >>"$DID"
exit 7
END
    program sleep <<'END'
for _lock in "$CERTS_DIR"/.bridge/lock.*; do [ ! -e "$_lock" ] || locked=' locked'; done
echo "sleep $1$locked" >>"$DID"
END
    _soon=$(date -u -d "@$(($(date +%s) + 30000))" +%Y-%m-%dT%H:%M:%SZ)
    enrolled_device 2020-01-01T00:00:00Z "$_soon"
    is 'due, not expired: waits without the lock' "$(script renew.sh)" "11 sleep 1000$NL curl"
    is 'without jitter' "$(RENEW_JITTER=0 && export RENEW_JITTER && script renew.sh)" '11 curl'
    is 'at once' "$(script renew.sh --now)" '11 curl'
    enrolled_device 2020-01-01T00:00:00Z 2020-02-01T00:00:00Z
    is 'expired' "$(script renew.sh)" '11 curl'
    enrolled_device "$_soon" "$_soon"
    is 'not due' "$(script renew.sh)" 0
    is 'not due, said' "$(grep -c 'not due before' "$TEMP/said")" 1
    program sleep <<'END'
echo "sleep $1" >>"$DID"
sed -i 's/^renew_after .*/renew_after 2099-01-01T00:00:00Z/' "$CERTS_DIR/enrolled"
END
    enrolled_device 2020-01-01T00:00:00Z "$_soon"
    is 'renewed meanwhile by another run' "$(script renew.sh)" '0 sleep 1000'
    program sleep <<'END'
mkdir "$CERTS_DIR/.bridge/lock.$(cat /proc/sys/kernel/random/boot_id)"
echo "$PPID $(sed 's/.*) //' /proc/$PPID/stat | cut -d ' ' -f 20)" >"$CERTS_DIR/.bridge/lock.$(cat /proc/sys/kernel/random/boot_id)/owner"
END
    enrolled_device 2020-01-01T00:00:00Z "$_soon"
    is 'another run is at work after the wait' "$(script renew.sh)" 5
    rm -rf "${TEMP:?}/bin" "$CERTS_DIR"
    mkdir -p "$WORK" "$NEXT"
}

sed -n 's/^\(test_[a-z_]*\)() {$/\1/p' "$TESTS/unit.sh" >"$TEMP/tests"
while read -r _test; do
    "$_test" </dev/null
done <"$TEMP/tests"
printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
[ "$FAILED" -eq 0 ]
