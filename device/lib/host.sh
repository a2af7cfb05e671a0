#!/bin/sh
# The device itself: messages, settings, storage, the lock, its id and its hardware.
#
# Sourced by enroll.sh, renew.sh and tunnel.sh. Written for POSIX sh (busybox ash, dash), which has no local variables: a
# name that begins with an underscore belongs to the function it stands in and survives no call of another function.

readonly SETTINGS='BRIDGE_URL CA_FINGERPRINT BRIDGE_TLS_TRUST BRIDGE_ALLOW_HTTP DEVICE_ID DEVICE_ID_FILE DEVICE_NAME
DEVICE_TYPE ENROLLMENT_TOKEN ENROLLMENT_TOKEN_FILE CERTS_DIR ALLOW_VOLATILE_CERTS HARDWARE_ID HARDWARE_ROOT RETRY_FOR
RETRY_MIN RETRY_MAX RETRY_SLOW RENEW_JITTER CONFIRM_FOR HTTP_TIMEOUT CLOCK_SYNC_WAIT BUILD_STAMP_FILE POST_ENROLL_HOOK
POST_RENEW_HOOK TUNNEL_TOOL TUNNEL_USERSPACE TUNNEL_CHECK TUNNEL_STALE'

NL='
'
HAVE_LOCK=no
NAP=
SYNC=

log() { printf '%s: %s\n' "$PROGRAM" "$*" >&2; }
warn() { log "warning: $*"; }

# The exit code for each way to end; README.md says what to do about them. Not 1 or 2: shells end with these by themselves.
exit_code() {
    case $1 in
        id) echo 3 ;;
        storage) echo 4 ;;
        busy) echo 5 ;;
        tools) echo 6 ;;
        settings) echo 7 ;;
        trust) echo 10 ;;
        unreachable) echo 11 ;;
        refused) echo 12 ;;
        approval) echo 13 ;;
        decommissioned) echo 14 ;;
        rejected) echo 15 ;;
        answer) echo 16 ;;
        clock) echo 17 ;;
        confirm) echo 18 ;;
        not-enrolled) echo 20 ;;
        tunnel) echo 21 ;;
        *) echo 1 ;;
    esac
}

# die WAY TEXT: the end, with a reason.
die() {
    _way=$1
    shift
    log "error: $*"
    exit "$(exit_code "$_way")"
}

# Waits $1 seconds; a signal ends it at once.
nap() {
    sleep "$1" &
    NAP=$!
    wait "$NAP" || :
    NAP=
}

# A number from 0 to $1 - 1.
random_below() {
    printf '%s\n' "$((0x$(openssl rand -hex 3) % $1))"
}

# Not 010 either: to the shell that would be 8, and 08 would end it.
is_number() {
    case $1 in
        '' | *[!0-9]* | 0?* | ??????????*) return 1 ;;
    esac
}

# --- settings ---------------------------------------------------------------------------------------------------------

# Settings come from the environment, and from the file $ENROLL_CONFIG where the environment does not say. The file is
# read, not run: lines NAME=value as systemd's EnvironmentFile has them.
read_settings() {
    _file=${ENROLL_CONFIG:-/etc/bridge-device.conf}
    _environment=$NL$(env)
    if [ -e "$_file" ]; then
        [ -r "$_file" ] || die settings "$_file cannot be read"
        while IFS= read -r _line || [ -n "$_line" ]; do
            read_setting "$_line"
        done <"$_file"
    elif [ -n "${ENROLL_CONFIG:-}" ]; then
        die settings "$_file (ENROLL_CONFIG) does not exist"
    fi
    _environment=
    check_settings
}

read_setting() {
    case $1 in
        '' | '#'*) return ;;
        *=*) ;;
        *) die settings "$_file: not a line of the form NAME=value: ${1%%[!A-Za-z_]*}..." ;;
    esac
    _name=${1%%=*}
    _value=${1#*=}
    case " $(printf '%s' "$SETTINGS" | tr '\n' ' ') " in
        *" $_name "*) ;;
        *)
            warn "$_file: unknown setting ${_name%%[!A-Za-z0-9_]*}"
            return
            ;;
    esac
    case $_value in
        \"*\")
            _value=${_value#\"}
            _value=${_value%\"}
            ;;
        \'*\')
            _value=${_value#\'}
            _value=${_value%\'}
            ;;
    esac
    case $_environment in
        *"$NL$_name="[!"$NL"]*) return ;;
    esac
    # Sets the variable whose name $_name holds, without eval.
    # shellcheck disable=SC2229
    IFS= read -r "$_name" <<END
$_value
END
}

check_settings() {
    BRIDGE_URL=${BRIDGE_URL:-}
    CA_FINGERPRINT=$(printf '%s' "${CA_FINGERPRINT:-}" | sed 's/://g; y/ABCDEF/abcdef/')
    BRIDGE_TLS_TRUST=${BRIDGE_TLS_TRUST:-pinned}
    CERTS_DIR=${CERTS_DIR:-/certs}
    HARDWARE_ROOT=${HARDWARE_ROOT:-}
    BUILD_STAMP_FILE=${BUILD_STAMP_FILE:-$HERE/enroll.sh}
    RETRY_FOR=${RETRY_FOR:-$DEFAULT_RETRY_FOR}
    RETRY_MIN=${RETRY_MIN:-5}
    RETRY_MAX=${RETRY_MAX:-300}
    RETRY_SLOW=${RETRY_SLOW:-900}
    RENEW_JITTER=${RENEW_JITTER:-1800}
    CONFIRM_FOR=${CONFIRM_FOR:-60}
    HTTP_TIMEOUT=${HTTP_TIMEOUT:-60}
    CLOCK_SYNC_WAIT=${CLOCK_SYNC_WAIT:-60}
    TUNNEL_TOOL=${TUNNEL_TOOL:-auto}
    TUNNEL_USERSPACE=${TUNNEL_USERSPACE:-wireguard-go}
    TUNNEL_CHECK=${TUNNEL_CHECK:-30}
    TUNNEL_STALE=${TUNNEL_STALE:-135}
    for _number in "$RETRY_FOR" "$RENEW_JITTER" "$CONFIRM_FOR" "$CLOCK_SYNC_WAIT"; do
        is_number "$_number" || die settings "'$_number' is not a number of seconds"
    done
    for _number in "$RETRY_MIN" "$RETRY_MAX" "$RETRY_SLOW" "$HTTP_TIMEOUT" "$TUNNEL_CHECK" "$TUNNEL_STALE"; do
        { is_number "$_number" && [ "$_number" -gt 0 ]; } || die settings "'$_number' is not a number of seconds above 0"
    done
    case $TUNNEL_TOOL in
        auto | wg-quick | plain) ;;
        *) die settings 'TUNNEL_TOOL is auto, wg-quick or plain' ;;
    esac
    case $CA_FINGERPRINT in
        '') die settings 'CA_FINGERPRINT is missing: the SHA-256 of the CA certificate to trust' ;;
        *[!0-9a-f]*) die settings 'CA_FINGERPRINT is not a SHA-256 in hex digits' ;;
    esac
    [ ${#CA_FINGERPRINT} -eq 64 ] || die settings 'CA_FINGERPRINT does not have 64 hex digits'
    for _answer in "${BRIDGE_ALLOW_HTTP:-no}" "${ALLOW_VOLATILE_CERTS:-no}"; do
        case $_answer in
            yes | no) ;;
            *) die settings 'BRIDGE_ALLOW_HTTP and ALLOW_VOLATILE_CERTS are yes or no' ;;
        esac
    done
    if [ -n "${ENROLLMENT_TOKEN_FILE:-}" ]; then
        ENROLLMENT_TOKEN=$(cat "$ENROLLMENT_TOKEN_FILE") || die settings 'ENROLLMENT_TOKEN_FILE cannot be read'
    fi
    # Programs that are started need not see it.
    _token=${ENROLLMENT_TOKEN:-}
    unset ENROLLMENT_TOKEN
    ENROLLMENT_TOKEN=$_token
    _token=
}

require_tools() {
    for _tool in openssl curl awk sed tr; do
        command -v "$_tool" >/dev/null 2>&1 || die tools "$_tool is not installed"
    done
}

# --- storage ----------------------------------------------------------------------------------------------------------

no_room() { die storage "no room in $CERTS_DIR"; }

# Whether sync takes files and directories. Where it does not, nobody tells whether the disk took everything.
probe_sync() {
    SYNC=all
    # Not with ":", whose redirection would end the shell when it fails.
    printf '' >"$WORK/sync" || no_room
    if sync "$WORK/sync" "$WORK" 2>/dev/null; then SYNC=named; fi
}

# Writes through to the disk: files and directories given.
durable() {
    if [ -z "$SYNC" ]; then probe_sync; fi
    if [ "$SYNC" = named ]; then
        sync "$@" || die storage "the disk does not take what is written to $CERTS_DIR"
    else
        sync
    fi
}

# "TYPE OPTIONS SOURCE" of the file system that the directory $1 is on.
mount_of() {
    WANTED=$1 awk '
        function plain(text) {
            gsub(/\\040/, " ", text); gsub(/\\011/, "\t", text); gsub(/\\134/, "\\", text)
            return text
        }
        {
            point = plain($2)
            slash = point == "/" ? point : point "/"
            # The last one mounted at a place hides the ones before it.
            if (index(ENVIRON["WANTED"] "/", slash) == 1 && length(point) >= best) {
                best = length(point)
                found = $3 " " $4 " " $1
            }
        }
        END { print found }' "$HARDWARE_ROOT/proc/mounts"
}

# Why what is written to the directory $1 would not last; prints nothing when it would.
volatile_because() {
    _mount=$(mount_of "$1")
    _type=${_mount%% *}
    _options=${_mount#* }
    _source=${_options#* }
    _options=${_options%% *}
    case ,$_options, in
        *,ro,*) printf 'it is mounted read-only\n'; return ;;
    esac
    case $_source in
        /dev/ram* | /dev/zram*) printf 'it is on the RAM disk %s\n' "$_source"; return ;;
    esac
    case $_type in
        '') printf 'its file system is not in /proc/mounts\n' ;;
        tmpfs | ramfs | rootfs | devtmpfs | squashfs | proc | sysfs) printf 'it is on %s\n' "$_type" ;;
        overlay | overlayfs)
            _upper=$(printf '%s\n' "$_options" | tr ',' '\n' | sed -n 's/^upperdir=//p')
            # The upper layer of a container's root lies outside what the container sees.
            if [ -z "$_upper" ] || [ ! -d "$_upper" ]; then
                printf 'it is in a layer that goes with the container; mount a volume there\n'
            else
                case $(mount_of "$_upper") in
                    tmpfs* | ramfs* | rootfs* | '') printf 'it is in an overlay whose upper layer is in memory\n' ;;
                esac
            fi
            ;;
    esac
}

# Makes CERTS_DIR ready for use, or ends.
prepare_storage() {
    { mkdir -p "$CERTS_DIR" 2>/dev/null && CERTS_DIR=$(cd -P "$CERTS_DIR" && pwd -P); } \
        || die storage "$CERTS_DIR (CERTS_DIR) cannot be made: is the file system read-only?"
    if [ "${ALLOW_VOLATILE_CERTS:-no}" = no ]; then
        _why=$(volatile_because "$CERTS_DIR")
        [ -z "$_why" ] || die storage "$CERTS_DIR would not outlive a restart: $_why (ALLOW_VOLATILE_CERTS=yes allows it)"
    fi
    STATE=$CERTS_DIR/.bridge
    NEXT=$STATE/next
    mkdir -p "$STATE" 2>/dev/null || die storage "$CERTS_DIR cannot be written: read-only, full, or not ours"
}

# An empty directory for this run, on the file system of the files it will become. Needs the lock.
prepare_work() {
    WORK=$STATE/work
    { rm -rf "$WORK" && mkdir -p "$WORK/empty"; } || no_room
    probe_sync
}

# Tries whether there is room for new files, because openssl does not notice every write that fails.
ensure_room() {
    if ! { dd if=/dev/zero of="$WORK/room" bs=1024 count=128 && [ "$(wc -c <"$WORK/room")" -eq 131072 ]; } 2>/dev/null; then
        rm -f "$WORK/room"
        no_room
    fi
    rm -f "$WORK/room"
}

# put FILE: standard input becomes the file, at once and durably.
put() {
    if cat >"$WORK/put" && durable "$WORK/put" && mv -f "$WORK/put" "$1"; then
        durable "${1%/*}"
    else
        die storage "$1 cannot be written"
    fi
}

# --- one run at a time ------------------------------------------------------------------------------------------------

# When the process $1 began, in ticks since the machine did; nothing when there is none.
process_began() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# A lock carries the boot's id in its name, so that one left by a power cut never holds anybody up; within one boot the
# owner's process number and beginning tell whether it still runs.
take_lock() {
    _boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown)
    LOCK=$STATE/lock.$_boot
    for _old in "$STATE"/lock.* "$STATE"/dead.*; do
        if [ "$_old" != "$LOCK" ]; then rm -rf "$_old"; fi
    done
    for _try in 1 2 3; do
        if mkdir "$LOCK" 2>/dev/null; then
            HAVE_LOCK=yes
            printf '%s %s\n' "$$" "$(process_began "$$")" >"$LOCK/owner" || no_room
            return
        fi
        [ -d "$LOCK" ] || [ "$_try" -lt 3 ] || die storage "$CERTS_DIR cannot be written: full, or read-only"
        _owner=$(cat "$LOCK/owner" 2>/dev/null) || _owner=
        if [ -z "$_owner" ]; then
            # Either just being made, or its maker was killed.
            nap 1
            _owner=$(cat "$LOCK/owner" 2>/dev/null) || _owner=
        fi
        if [ -n "$_owner" ] && [ "$_owner" = "${_owner%% *} $(process_began "${_owner%% *}")" ]; then
            die busy "already at work: process ${_owner%% *}"
        fi
        clear_dead_lock "$_owner"
    done
    die busy 'another run keeps taking the lock'
}

# Removes the lock of the dead owner $1. Another run may have done so already, and taken it: then it gets it back.
clear_dead_lock() {
    mv "$LOCK" "$STATE/dead.$$" 2>/dev/null || return 0
    if [ "$(cat "$STATE/dead.$$/owner" 2>/dev/null)" != "$1" ] && [ ! -e "$LOCK" ]; then
        mv "$STATE/dead.$$" "$LOCK"
        die busy 'another run took the lock'
    fi
    rm -rf "$STATE/dead.$$"
}

# The beginning of every run: settings, storage, the lock, and whose storage this is.
begin() {
    require_tools
    read_settings
    read_bridge_url
    prepare_storage
    trap tidy EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    take_lock
    prepare_work
    discard_if_cloned
    settle_id
}

tidy() {
    if [ -n "$NAP" ]; then kill "$NAP" 2>/dev/null || :; fi
    if [ "$HAVE_LOCK" = yes ]; then
        HAVE_LOCK=no
        rm -rf "${WORK:-$STATE/work}" "$LOCK"
    fi
}

# --- which device this is ---------------------------------------------------------------------------------------------

# The bridge's own rule for ids.
is_device_id() {
    case $1 in
        '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]* | *. | *..*) return 1 ;;
    esac
    [ ${#1} -le 64 ] || return 1
    case $1 in
        *[!0-9.]* | *.*.*.*.*) ;;
        *.*.*.*) return 1 ;; # an IP address
    esac
}

# What makers leave in place of a serial number.
is_placeholder() {
    case $(printf '%s' "$1" | tr -d ' _./-' | awk '{ print tolower($0) }') in
        '' | none | null | na | notspecified | notapplicable | notavailable | notset | notprovided | unknown | undefined \
            | unspecified | invalid | empty | default | defaultstring | tobefilledbyoem | tobefilledbyoemadministrator \
            | oem | oemstring | systemserialnumber | chassisserialnumber | baseboardserialnumber | serialnumber | serial \
            | sn | 0123456789 | 123456789 | 1234567890 | 12345678 | 0123456789abcdef | 1234567890abcdef \
            | 03000200040005000006000700080009) return 0 ;;
    esac
    # One character repeated: zeros, x's, f's.
    [ -z "$(printf '%s' "$1" | sed 's/[ ._-]//g; s/^\(.\)\1*$//')" ]
}

# The text of a file under /proc or /sys without NULs, line ends and outer blanks; nothing when there is none.
hardware_text() {
    { tr -d '\000\r\n' <"$HARDWARE_ROOT$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//'; } 2>/dev/null || :
}

# Sets ID: given, from a file, remembered, or the hardware's serial number. Never the host name, which images share.
settle_id() {
    _remembered=$(cat "$CERTS_DIR/device-id" 2>/dev/null) || _remembered=
    _from=
    ID=
    if [ -n "${DEVICE_ID:-}" ]; then
        ID=$DEVICE_ID _from=DEVICE_ID
    elif [ -n "${DEVICE_ID_FILE:-}" ]; then
        ID=$(sed -n '1{s/^[[:space:]]*//;s/[[:space:]]*$//;p;}' "$DEVICE_ID_FILE" 2>/dev/null) || ID=
        _from="DEVICE_ID_FILE ($DEVICE_ID_FILE)"
    elif [ -n "$_remembered" ]; then
        ID=$_remembered _from=$CERTS_DIR/device-id
    else
        for _from in /proc/device-tree/serial-number /sys/class/dmi/id/product_serial; do
            ID=$(hardware_text "$_from")
            if is_device_id "$ID" && ! is_placeholder "$ID"; then break; fi
            ID=
        done
        [ -n "$ID" ] || die id "the hardware has no usable serial number: set DEVICE_ID, or write the id to $CERTS_DIR/device-id"
    fi
    is_device_id "$ID" || die id "the id from $_from cannot be used: 1 to 64 letters, digits, '.', '_' or '-'"
    [ "$ID" != "$_remembered" ] || return 0
    # A slip in the settings must not cost a device its identity.
    if [ -n "$_remembered" ] && { [ -e "$CERTS_DIR/device.key" ] || [ -e "$NEXT/device.key" ]; }; then
        die id "the files in $CERTS_DIR belong to $_remembered, but $_from says $ID: remove them to enroll it anew"
    fi
    printf '%s\n' "$ID" | put "$CERTS_DIR/device-id" || exit "$?"
}

# What identifies this piece of hardware, the most telling first, a line each: "SOURCE VALUE".
hardware_facts() {
    if [ -n "${HARDWARE_ID:-}" ]; then printf 'given %s\n' "$HARDWARE_ID"; fi
    for _fact in device-tree:/proc/device-tree/serial-number dmi-uuid:/sys/class/dmi/id/product_uuid \
        dmi-product:/sys/class/dmi/id/product_serial dmi-board:/sys/class/dmi/id/board_serial \
        soc:/sys/devices/soc0/serial_number; do
        hardware_fact "${_fact%%:*}" "${_fact#*:}"
    done
    # Which one is mmcblk0 may change with a kernel, and a card may be pulled out: any that is still there will do.
    for _card in "$HARDWARE_ROOT"/sys/block/mmcblk*/device/cid; do
        if [ -e "$_card" ]; then hardware_fact storage "${_card#"$HARDWARE_ROOT"}"; fi
    done
}

hardware_fact() {
    _text=$(hardware_text "$2")
    if [ -n "$_text" ] && ! is_placeholder "$_text"; then printf '%s %s\n' "$1" "$_text"; fi
}

# Standard input, hardware facts, compared with the record: the first source that both have decides; sources that come or
# go with a kernel decide nothing. Of several facts from one source, one in common is enough.
kinship() {
    awk '
        NR == FNR { known[$1]; was[$0]; next }
        $1 in known && first == "" { first = $1 }
        $1 == first && $0 in was { same = 1 }
        END { if (first != "") print (same ? "same" : "other") }' "$STATE/hardware-id" -
}

# An image copied to other hardware must not bring the identity of the first along.
discard_if_cloned() {
    _facts=$(hardware_facts)
    if [ -s "$STATE/hardware-id" ]; then
        _kin=$(printf '%s\n' "$_facts" | kinship)
        # A slip in the settings must not cost a device its identity.
        if [ "$_kin" = other ] && [ -n "${HARDWARE_ID:-}" ] \
            && [ "$(printf '%s\n' "$_facts" | sed '/^given /d' | kinship)" = same ]; then
            die id "the files in $CERTS_DIR belong to this hardware, but not to HARDWARE_ID: set it back, or remove $STATE/hardware-id"
        fi
        if [ "$_kin" = other ]; then
            warn 'this storage was copied from other hardware: its key, id and certificate are discarded'
            rm -f "$CERTS_DIR/enrolled" || die storage "$CERTS_DIR cannot be written"
            rm -rf "$NEXT" || die storage "$CERTS_DIR cannot be written"
            for _file in $FILES device-id; do
                rm -f "$CERTS_DIR/$_file" || die storage "$CERTS_DIR cannot be written"
            done
            durable "$CERTS_DIR"
        fi
        if [ "$(cat "$STATE/hardware-id")" = "$_facts" ]; then return; fi
    fi
    # Last, so that a discarding that was cut short is done again.
    if [ -n "$_facts" ]; then printf '%s\n' "$_facts" | put "$STATE/hardware-id" || exit "$?"; fi
}
