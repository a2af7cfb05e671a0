package io.provisioningbridge.app.http;

import io.provisioningbridge.core.drift.FindingType;
import io.provisioningbridge.core.drift.FindingType.Remedy;
import io.provisioningbridge.core.drift.Place;
import io.provisioningbridge.core.drift.Repair;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What findings are called on the wire, and what people are told of them. */
final class DriftWords {

    private DriftWords() {}

    static String type(FindingType type) {
        return hyphenated(type);
    }

    static Optional<FindingType> typeNamed(String name) {
        return Arrays.stream(FindingType.values())
                .filter(type -> type(type).equals(name))
                .findFirst();
    }

    /** All there are, for people. */
    static String types() {
        return Arrays.stream(FindingType.values()).map(DriftWords::type).collect(Collectors.joining(", "));
    }

    static String place(Place place) {
        return hyphenated(place);
    }

    static String directory(Repair.Directory directory) {
        return hyphenated(directory);
    }

    /** What a repair does about it. */
    static String remedy(Remedy remedy) {
        return switch (remedy) {
            case LANE, PUBLICATION -> "repair";
            case OPERATOR -> "operator";
            case FOREIGN -> "none";
        };
    }

    static String meaning(FindingType type) {
        return switch (type) {
            case LIVE_CERTIFICATE -> "A certificate that should be revoked is neither revoked nor expired.";
            case EXPIRING_CERTIFICATE ->
                "The certificate a device goes by is in the last sixth of its life, or past it, and was not renewed.";
            case NEVER_SEEN -> "A device was enrolled more than a day ago and has not been seen since.";
            case ORPHAN_PEER -> "The tunnel server has a peer that is not the bridge's.";
            case MISSING_PEER -> "The tunnel server has no peer of a device in service.";
            case WRONG_PEER -> "A device's peer may send from something else than the device's address.";
            case UNWANTED_PEER -> "The tunnel server has a peer that was a device's and should be gone.";
            case ORPHAN_ENTRY -> "The peers file has an entry that is not the bridge's.";
            case MISSING_ENTRY -> "The peers file does not name a device.";
            case WRONG_ENTRY -> "The peers file gives a device another address.";
            case UNWANTED_ENTRY -> "The peers file names a device whose address is no longer its own.";
            case BROKEN_DIRECTORY -> "The peers file cannot be read.";
            case ORPHAN_TARGET -> "hawkBit has a target that is not the bridge's.";
            case MISSING_TARGET -> "hawkBit has no target for a device that has connected.";
            case WRONG_TARGET -> "A target has another name, description or token.";
            case ZOMBIE_TARGET -> "hawkBit has a target for a device that is not in service.";
            case RETURNING_TARGET ->
                "A device out of service keeps registering with hawkBit, and is removed each time.";
            case UNREADABLE_TARGET -> "hawkBit refuses to tell of a device, or tells what makes no sense.";
            case ORPHAN_PLATFORM_DEVICE -> "ThingsBoard has a device that is not the bridge's.";
            case MISSING_PLATFORM_DEVICE -> "ThingsBoard does not know a device in service.";
            case ZOMBIE_PLATFORM_DEVICE -> "ThingsBoard admits a device that is not in service.";
            case STALE_CREDENTIAL -> "ThingsBoard admits a device with something else than the certificate it goes by.";
            case WRONG_PROFILE -> "A device is in another device profile of ThingsBoard than the bridge's.";
            case WRONG_ATTRIBUTE -> "A device's attributes at ThingsBoard are not what the bridge writes.";
            case UNNOTICED_CONNECTION -> "A device has connected to ThingsBoard, and the webhook did not say so.";
            case RETURNING_PLATFORM_DEVICE ->
                "A device out of service keeps coming back to ThingsBoard, and is removed each time.";
            case UNREADABLE_PLATFORM_DEVICE -> "ThingsBoard refuses to tell of a device, or tells what makes no sense.";
        };
    }

    static String advice(FindingType type) {
        return switch (type.remedy()) {
            case LANE, PUBLICATION ->
                type == FindingType.UNNOTICED_CONNECTION
                        ? "The bridge asks ThingsBoard about the device by itself now; where there are many, ./bridge"
                                + " thingsboard setup proves whether its calls arrive."
                        : "./bridge drift --repair has it put right.";
            case OPERATOR -> adviceForOperators(type);
            case FOREIGN ->
                type == FindingType.ORPHAN_ENTRY
                        ? "Take it over with ./bridge import-peers, or remove it from the file; until then a repair does not"
                                + " write the file anew."
                        : "It is left alone; remove it there if nobody needs it.";
        };
    }

    private static String adviceForOperators(FindingType type) {
        return switch (type) {
            case NEVER_SEEN ->
                "See whether the device runs and reaches the platform; decommission it if it never will.";
            case RETURNING_TARGET, RETURNING_PLATFORM_DEVICE ->
                "The device still runs: switch it off, or take away what lets devices register there by themselves.";
            case UNREADABLE_TARGET, UNREADABLE_PLATFORM_DEVICE ->
                "See what is wrong with it there; until it can be read, nobody knows whether it differs.";
            case EXPIRING_CERTIFICATE ->
                "See why the device does not renew; once the certificate has expired it cannot connect.";
            case LIVE_CERTIFICATE,
                    ORPHAN_PEER,
                    MISSING_PEER,
                    WRONG_PEER,
                    UNWANTED_PEER,
                    ORPHAN_ENTRY,
                    MISSING_ENTRY,
                    WRONG_ENTRY,
                    UNWANTED_ENTRY,
                    BROKEN_DIRECTORY,
                    ORPHAN_TARGET,
                    MISSING_TARGET,
                    WRONG_TARGET,
                    ZOMBIE_TARGET,
                    ORPHAN_PLATFORM_DEVICE,
                    MISSING_PLATFORM_DEVICE,
                    ZOMBIE_PLATFORM_DEVICE,
                    STALE_CREDENTIAL,
                    WRONG_PROFILE,
                    WRONG_ATTRIBUTE,
                    UNNOTICED_CONNECTION -> throw new IllegalArgumentException(type + " is not up to an operator");
        };
    }

    private static String hyphenated(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
