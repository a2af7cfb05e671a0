package io.provisioningbridge.core.drift;

/** What can be found. */
public enum FindingType {
    /** A certificate that was to be revoked, of a device out of service above all, is neither revoked nor expired. */
    LIVE_CERTIFICATE(Place.CERTIFICATES, Remedy.LANE),
    /** The certificate a device goes by has less than a sixth of its life left, or none, and no other has taken its place. */
    EXPIRING_CERTIFICATE(Place.CERTIFICATES, Remedy.OPERATOR),
    /** A device was enrolled more than a day ago and has not been seen since. */
    NEVER_SEEN(Place.CERTIFICATES, Remedy.OPERATOR),

    /** A peer nobody here knows anything of. */
    ORPHAN_PEER(Place.TUNNEL, Remedy.FOREIGN),
    /** A device in service has no peer. */
    MISSING_PEER(Place.TUNNEL, Remedy.LANE),
    /** A device's peer may send from something else than the device's address. */
    WRONG_PEER(Place.TUNNEL, Remedy.LANE),
    /** A peer with a key that was a device's and is not, or of a device that is not in service. */
    UNWANTED_PEER(Place.TUNNEL, Remedy.LANE),

    /** An entry nobody here knows anything of. */
    ORPHAN_ENTRY(Place.PEER_DIRECTORY, Remedy.FOREIGN),
    /** A lease is not told. */
    MISSING_ENTRY(Place.PEER_DIRECTORY, Remedy.PUBLICATION),
    /** An entry says another address, or none. */
    WRONG_ENTRY(Place.PEER_DIRECTORY, Remedy.PUBLICATION),
    /** An entry tells a lease that has ended. */
    UNWANTED_ENTRY(Place.PEER_DIRECTORY, Remedy.PUBLICATION),
    /** Nobody can read the directory. */
    BROKEN_DIRECTORY(Place.PEER_DIRECTORY, Remedy.PUBLICATION),

    /** A target nobody here knows anything of. */
    ORPHAN_TARGET(Place.UPDATE_SERVER, Remedy.FOREIGN),
    /** A device that has connected has no target. */
    MISSING_TARGET(Place.UPDATE_SERVER, Remedy.LANE),
    /** A target has another name, description or token. Not another address: every poll overwrites that. */
    WRONG_TARGET(Place.UPDATE_SERVER, Remedy.LANE),
    /** A device that is not in service has a target. */
    ZOMBIE_TARGET(Place.UPDATE_SERVER, Remedy.LANE),
    /** A device out of service keeps coming back as a target, and is removed each time. */
    RETURNING_TARGET(Place.UPDATE_SERVER, Remedy.OPERATOR),
    /** The update server refuses to tell of a device, or tells what makes no sense. */
    UNREADABLE_TARGET(Place.UPDATE_SERVER, Remedy.OPERATOR),

    /** A device of the platform nobody here knows anything of. */
    ORPHAN_PLATFORM_DEVICE(Place.PLATFORM, Remedy.FOREIGN),
    /** The platform does not know a device in service. */
    MISSING_PLATFORM_DEVICE(Place.PLATFORM, Remedy.LANE),
    /** The platform admits a device that is not in service. */
    ZOMBIE_PLATFORM_DEVICE(Place.PLATFORM, Remedy.LANE),
    /** The platform admits a device with something else than the certificate it goes by. */
    STALE_CREDENTIAL(Place.PLATFORM, Remedy.LANE),
    /** A device is in another profile, where its certificate may count for nothing and nobody tells when it connects. */
    WRONG_PROFILE(Place.PLATFORM, Remedy.LANE),
    /** What applications on the platform can read of a device is not so. */
    WRONG_ATTRIBUTE(Place.PLATFORM, Remedy.LANE),
    /** A device has connected, and nobody said so. */
    UNNOTICED_CONNECTION(Place.PLATFORM, Remedy.LANE),
    /** A device out of service keeps coming back to the platform, and is removed each time. */
    RETURNING_PLATFORM_DEVICE(Place.PLATFORM, Remedy.OPERATOR),
    /** The platform refuses to tell of a device, or tells what makes no sense. */
    UNREADABLE_PLATFORM_DEVICE(Place.PLATFORM, Remedy.OPERATOR);

    private final Place place;
    private final Remedy remedy;

    /** What becomes of a finding. */
    public enum Remedy {
        /** A repair has the device's lane worked on again. */
        LANE,
        /** A repair has the directory published again. */
        PUBLICATION,
        /** An operator, or the device, has to do something; a repair does nothing. */
        OPERATOR,
        /** It is not the bridge's, which never touches it. */
        FOREIGN
    }

    FindingType(Place place, Remedy remedy) {
        this.place = place;
        this.remedy = remedy;
    }

    /** Where it is found. */
    public Place place() {
        return place;
    }

    public Remedy remedy() {
        return remedy;
    }
}
