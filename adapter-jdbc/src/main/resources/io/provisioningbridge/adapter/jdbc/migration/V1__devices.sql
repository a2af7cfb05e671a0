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
    enrolled    BIGINT  NOT NULL
);

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
    due_since   BIGINT  NOT NULL,
    intent_id   TEXT    NOT NULL,
    pem         TEXT    NOT NULL,
    chain_hash  TEXT    NOT NULL REFERENCES ${p}chains (chain_hash)
);
CREATE INDEX ${p}certificates_of_device ON ${p}certificates (device_key, seq);
CREATE INDEX ${p}certificates_of_key ON ${p}certificates (key_hash);
CREATE INDEX ${p}certificates_of_serial ON ${p}certificates (serial);
CREATE INDEX ${p}certificates_due ON ${p}certificates (due_since, seq) WHERE revocation = 'DUE';

-- An address is either here or in a free range, if it is in a pool at all. An unassignable one is nobody's.
CREATE TABLE ${p}leases (
    address    BIGINT PRIMARY KEY,
    device_key TEXT   UNIQUE,
    spelling   TEXT,
    kind       TEXT   NOT NULL,
    CHECK ((kind = 'UNASSIGNABLE') = (device_key IS NULL)),
    CHECK ((device_key IS NULL) = (spelling IS NULL))
);

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
