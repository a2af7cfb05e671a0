-- Which outside systems have lanes: the row stays when one is no longer kept, since devices may have lanes there from before.
CREATE TABLE ${p}systems (
    backend TEXT    PRIMARY KEY,
    kept    INTEGER NOT NULL
);
INSERT INTO ${p}systems (backend, kept) VALUES ('CERTIFICATE_AUTHORITY', 1), ('TUNNEL', 1);

-- Whether a certificate counts as soon as it was handed out, since its device is not going to confirm it.
ALTER TABLE ${p}certificates ADD COLUMN at_once INTEGER NOT NULL DEFAULT 0;

-- What a device shows to the update server.
CREATE TABLE ${p}target_tokens (
    device_key TEXT PRIMARY KEY,
    token      TEXT NOT NULL
);

-- When a lane that was taken over and done since is looked at once more; whoever lost it may be at work until then.
ALTER TABLE ${p}lanes ADD COLUMN verify_at BIGINT;

-- Nothing asks for a serial number alone, and each enrollment wrote a page for it.
DROP INDEX IF EXISTS ${p}certificates_of_serial;
