package io.provisioningbridge.core.domain;

/** A WireGuard key pair made by the bridge; the private half is handed out once and stored nowhere. */
public record PeerKeyPair(PeerKey publicKey, Secret privateKey) {}
