-- The tables of PixyProxy in SQLite. create_tables.mysql.sql says the same in MySQL.

CREATE TABLE IF NOT EXISTS image (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    guid           TEXT NOT NULL,
    owner          TEXT NOT NULL,
    filename       TEXT NOT NULL,
    filename_key   TEXT NOT NULL, -- the filename, case folded
    prompt         TEXT NOT NULL,
    revised_prompt TEXT NULL,
    search_text    TEXT NOT NULL, -- the words of both prompts, for phrases
    tags           TEXT NOT NULL, -- as they were given
    author         TEXT NOT NULL,
    status         TEXT NOT NULL,
    visibility     TEXT NOT NULL,
    generator      TEXT NOT NULL,
    model          TEXT NOT NULL,
    parameters     TEXT NOT NULL,
    parents        TEXT NOT NULL DEFAULT '[]', -- guids; image_parent finds the children
    batch          TEXT NULL, -- guid of the first of several
    storage_key    TEXT NULL,
    media_type     TEXT NULL,
    width          INTEGER NULL,
    height         INTEGER NULL,
    size_bytes     INTEGER NULL,
    sha256         TEXT NULL,
    looks          TEXT NULL, -- a perceptual hash; '' where none is to be had
    colors         TEXT NULL, -- of its quarters, four times #rrggbb; '' where none are to be had
    cost_nano_usd  INTEGER NULL,
    cost_source    TEXT NULL,
    error_code     TEXT NULL,
    error_detail   TEXT NULL,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    deleted_at     TEXT NULL -- in the trash since; removed for good when its time is over
);
CREATE UNIQUE INDEX IF NOT EXISTS image_guid ON image (guid);
CREATE INDEX IF NOT EXISTS image_trash ON image (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS image_unseen ON image (colors, status, id) WHERE colors IS NULL;
CREATE INDEX IF NOT EXISTS image_batch ON image (batch);
CREATE INDEX IF NOT EXISTS image_sha256 ON image (sha256);

-- One call to a generator, and what it cost; kept also when its image is deleted. storage_key names where its
-- bytes will go, before it is made.
CREATE TABLE IF NOT EXISTS attempt (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id            INTEGER NOT NULL,
    owner               TEXT NOT NULL,
    generator           TEXT NOT NULL,
    model               TEXT NOT NULL,
    storage_key         TEXT NOT NULL,
    status              TEXT NOT NULL,
    provider_request_id TEXT NULL,
    usage_reported      TEXT NULL,
    cost_nano_usd       INTEGER NULL,
    cost_source         TEXT NULL,
    error_code          TEXT NULL,
    error_detail        TEXT NULL,
    started_at          TEXT NOT NULL,
    ended_at            TEXT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS attempt_storage_key ON attempt (storage_key);
CREATE INDEX IF NOT EXISTS attempt_of_image ON attempt (image_id);
CREATE INDEX IF NOT EXISTS attempt_status ON attempt (status, started_at);
CREATE INDEX IF NOT EXISTS attempt_started ON attempt (started_at, model, owner, generator, status, cost_nano_usd);

-- Work that is not at its end: a row for each image that is queued or being made, and none for the others.
-- Who holds one renews its lease; from free_at on, anybody may take it, under a new token. Both databases keep
-- these times as seconds since 1970, by their own clock.
CREATE TABLE IF NOT EXISTS job (
    image_id INTEGER NOT NULL PRIMARY KEY,
    state    TEXT NOT NULL,
    asked    TEXT NOT NULL, -- what a generator is to be asked for
    holder   TEXT NULL,
    token    TEXT NULL,
    free_at  REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS job_free ON job (state, free_at, image_id);

-- Which image a key of a caller stands for; the primary key decides between requests that come at once.
CREATE TABLE IF NOT EXISTS idempotency (
    owner           TEXT NOT NULL,
    route           TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    guid            TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    PRIMARY KEY (owner, route, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_guid ON idempotency (guid);
CREATE INDEX IF NOT EXISTS idempotency_age ON idempotency (created_at);

-- The search index: which images of a block of ids have a term, as a set of their places in the block.
CREATE TABLE IF NOT EXISTS image_posting (
    block  INTEGER NOT NULL,
    term   TEXT NOT NULL,
    images BLOB NOT NULL,
    PRIMARY KEY (block, term)
) WITHOUT ROWID;

-- What was created, changed or removed since the index was last brought up to date.
CREATE TABLE IF NOT EXISTS image_change (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id INTEGER NOT NULL,
    gone     TEXT NOT NULL -- terms it had before, and has no more
);
CREATE INDEX IF NOT EXISTS image_change_of_image ON image_change (image_id);

-- How the images of a stretch of ids look: eight bytes for each, zeros where it is not known.
CREATE TABLE IF NOT EXISTS image_looks (
    stretch INTEGER PRIMARY KEY,
    looks   BLOB NOT NULL
);

-- Which images were made from an image; a guid stays when its image is deleted.
CREATE TABLE IF NOT EXISTS image_parent (
    parent   TEXT NOT NULL,
    image_id INTEGER NOT NULL,
    PRIMARY KEY (parent, image_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS image_parent_of_image ON image_parent (image_id);

CREATE TABLE IF NOT EXISTS api_key (
    id            TEXT NOT NULL PRIMARY KEY,
    owner         TEXT NOT NULL,
    name          TEXT NOT NULL,
    is_admin      INTEGER NOT NULL,
    secret_sha256 TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    revoked_at    TEXT NULL
) WITHOUT ROWID;

-- Browsers that are signed in, and links that sign one in, once. key_id is NULL for the key of
-- PIXYPROXY_ADMIN_KEY, which has no row; key_proof says which text of it.
CREATE TABLE IF NOT EXISTS session (
    token_sha256 TEXT NOT NULL PRIMARY KEY,
    key_id       TEXT NULL,
    key_proof    TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    expires_at   TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_expiry ON session (expires_at);
CREATE INDEX IF NOT EXISTS session_of_key ON session (key_proof);

CREATE TABLE IF NOT EXISTS sign_in (
    code_sha256 TEXT NOT NULL PRIMARY KEY,
    key_id      TEXT NULL,
    key_proof   TEXT NOT NULL,
    expires_at  TEXT NOT NULL
) WITHOUT ROWID;

-- What replicas must agree on and nobody else may know.
CREATE TABLE IF NOT EXISTS secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER NOT NULL PRIMARY KEY
);
