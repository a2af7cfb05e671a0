package io.provisioningbridge.core.enrollment;

/** What it takes to change the certificate key or the WireGuard key of a known device. */
public enum Reenrollment {
    /** A request signed with a certificate of the device, or an operator's allowance for the new key. */
    PROOF,
    /** Nothing: whoever knows the id may take the device over. Superseded keys are refused all the same. */
    OPEN,
    /** A request signed with the device's current certificate before it expires; nothing else. */
    NEVER
}
