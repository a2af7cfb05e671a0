-- One text for SQLite and PostgreSQL: TEXT, INTEGER and BIGINT only. Times are milliseconds since 1970, addresses are numbers,
-- keys are lower-case device ids. Placeholders: the table prefix, and how a column that counts rows is spelled.

-- One row: what is true of the whole store.
CREATE TABLE ${p}store (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    identity       TEXT    NOT NULL,
    pools          TEXT    NOT NULL,
    peers_revision BIGINT  NOT NULL
);

CREATE TABLE ${p}devices (
    device_key  TEXT    PRIMARY KEY,
    spelling    TEXT    NOT NULL,
    incarnation INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    version     BIGINT  NOT NULL,
    address     BIGINT  NOT NULL,
    peer_key    TEXT    NOT NULL UNIQUE,
    peer_origin TEXT    NOT NULL,
    peer_issued BIGINT  NOT NULL,
    label_name  TEXT    NOT NULL,
    label_type  TEXT    NOT NULL,
    enrolled    BIGINT  NOT NULL,
    state_since BIGINT  NOT NULL
);

-- Which life a device is going to have that has no record because it was readmitted.
CREATE TABLE ${p}incarnations (
    device_key TEXT    PRIMARY KEY,
    next       INTEGER NOT NULL
);

-- Every WireGuard key that was ever claimed, and by whom last.
CREATE TABLE ${p}peer_keys (
    peer_key   TEXT PRIMARY KEY,
    device_key TEXT NOT NULL,
    spelling   TEXT NOT NULL
);
CREATE INDEX ${p}peer_keys_of_device ON ${p}peer_keys (device_key);

-- Kept for ever; with its address, each is also the history of leases.
CREATE TABLE ${p}intents (
    seq         ${counter},
    intent_id   TEXT    NOT NULL UNIQUE,
    device_key  TEXT    NOT NULL,
    spelling    TEXT    NOT NULL,
    incarnation INTEGER NOT NULL,
    key_hash    TEXT    NOT NULL,
    peer_key    TEXT    NOT NULL,
    address     BIGINT  NOT NULL,
    opened      BIGINT  NOT NULL,
    expires     BIGINT  NOT NULL,
    status      TEXT    NOT NULL
);
CREATE INDEX ${p}intents_of_device ON ${p}intents (device_key, seq);
CREATE INDEX ${p}intents_of_key ON ${p}intents (key_hash);
CREATE UNIQUE INDEX ${p}intents_one_open ON ${p}intents (device_key) WHERE status = 'OPEN';
CREATE UNIQUE INDEX ${p}intents_one_peer ON ${p}intents (peer_key) WHERE status = 'OPEN';
CREATE INDEX ${p}intents_expiring ON ${p}intents (expires, seq) WHERE status = 'OPEN';

-- The certificates above a leaf are the same for thousands of leaves.
CREATE TABLE ${p}chains (
    chain_hash TEXT PRIMARY KEY,
    pem        TEXT NOT NULL
);

-- Kept for ever. Known by the leaf, since an authority may use a serial number twice. The intent may be unknown here.
CREATE TABLE ${p}certificates (
    seq         ${counter},
    leaf_hash   TEXT    NOT NULL UNIQUE,
    serial      TEXT    NOT NULL,
    device_key  TEXT    NOT NULL,
    spelling    TEXT    NOT NULL,
    incarnation INTEGER NOT NULL,
    key_hash    TEXT    NOT NULL,
    not_before  BIGINT  NOT NULL,
    not_after   BIGINT  NOT NULL,
    standing    TEXT    NOT NULL,
    revocation  TEXT    NOT NULL,
    intent_id   TEXT    NOT NULL,
    peer_key    TEXT    NOT NULL,
    peer_origin TEXT    NOT NULL,
    peer_issued BIGINT  NOT NULL,
    request     TEXT    NOT NULL,
    pem         TEXT    NOT NULL,
    chain_hash  TEXT    NOT NULL REFERENCES ${p}chains (chain_hash)
);
CREATE INDEX ${p}certificates_of_device ON ${p}certificates (device_key, seq);
CREATE INDEX ${p}certificates_of_key ON ${p}certificates (key_hash);
CREATE INDEX ${p}certificates_of_serial ON ${p}certificates (serial);
-- Those that prove their device: no other device may have their peer keys.
CREATE INDEX ${p}certificates_of_peer ON ${p}certificates (peer_key)
    WHERE revocation = 'NONE' AND standing IN ('ISSUED', 'CURRENT');

-- Keys that were tried in vain, the latest few of each device.
CREATE TABLE ${p}attempts (
    seq        ${counter},
    device_key TEXT   NOT NULL,
    key_hash   TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    source     TEXT   NOT NULL
);
CREATE INDEX ${p}attempts_of_device ON ${p}attempts (device_key, seq);

-- What an operator allowed and nobody has used yet, expired ones among them.
CREATE TABLE ${p}allowances (
    device_key TEXT   NOT NULL,
    key_hash   TEXT   NOT NULL,
    expires    BIGINT NOT NULL,
    PRIMARY KEY (device_key, key_hash)
);

-- An address is either here or in a free range, if it is in a pool at all. An unassignable one is nobody's, and so is one
-- that rests after a device was taken out of service.
CREATE TABLE ${p}leases (
    address     BIGINT PRIMARY KEY,
    device_key  TEXT   UNIQUE,
    spelling    TEXT,
    kind        TEXT   NOT NULL,
    rests_until BIGINT,
    CHECK ((kind IN ('UNASSIGNABLE', 'RESTING')) = (device_key IS NULL)),
    CHECK ((device_key IS NULL) = (spelling IS NULL)),
    CHECK ((kind = 'RESTING') = (rests_until IS NOT NULL))
);
CREATE INDEX ${p}leases_resting ON ${p}leases (rests_until, address) WHERE kind = 'RESTING';

CREATE TABLE ${p}free_ranges (
    first_address BIGINT PRIMARY KEY,
    last_address  BIGINT NOT NULL,
    CHECK (first_address <= last_address)
);

CREATE TABLE ${p}events (
    seq     ${counter},
    at      BIGINT NOT NULL,
    subject TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    cause   TEXT   NOT NULL,
    detail  TEXT   NOT NULL
);
CREATE INDEX ${p}events_of_subject ON ${p}events (subject, seq);

-- How far an outside system is behind for a device, and who works on that. The fence counts its leases; a lease that ended
-- unfinished has its end still here. What has no next try waits for a change.
CREATE TABLE ${p}lanes (
    device_key   TEXT    NOT NULL,
    backend      TEXT    NOT NULL,
    spelling     TEXT    NOT NULL,
    generation   BIGINT  NOT NULL,
    applied      BIGINT  NOT NULL,
    failed       INTEGER NOT NULL,
    since        BIGINT  NOT NULL,
    next_try     BIGINT,
    attempts     INTEGER NOT NULL,
    problem      TEXT    NOT NULL,
    observed_at  BIGINT,
    evidence     TEXT,
    observation  TEXT,
    fence        BIGINT  NOT NULL,
    leased_until BIGINT,
    taken_over   INTEGER NOT NULL,
    PRIMARY KEY (device_key, backend),
    CHECK (generation >= 1 AND applied >= 0 AND generation >= applied),
    CHECK ((observed_at IS NULL) = (evidence IS NULL) AND (observed_at IS NULL) = (observation IS NULL))
);
CREATE INDEX ${p}lanes_waiting ON ${p}lanes (backend, next_try, device_key) WHERE next_try IS NOT NULL;
CREATE INDEX ${p}lanes_failed ON ${p}lanes (device_key) WHERE failed = 1;
