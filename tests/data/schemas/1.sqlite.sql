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
    tags           TEXT NOT NULL, -- as they were given; image_tag finds them
    author         TEXT NOT NULL,
    status         TEXT NOT NULL,
    visibility     TEXT NOT NULL,
    generator      TEXT NOT NULL,
    model          TEXT NOT NULL,
    parameters     TEXT NOT NULL,
    storage_key    TEXT NULL,
    media_type     TEXT NULL,
    width          INTEGER NULL,
    height         INTEGER NULL,
    size_bytes     INTEGER NULL,
    sha256         TEXT NULL,
    cost_nano_usd  INTEGER NULL,
    cost_source    TEXT NULL,
    error_code     TEXT NULL,
    error_detail   TEXT NULL,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    deleted_at     TEXT NULL -- hidden at once, its bytes are on their way out
);
CREATE UNIQUE INDEX IF NOT EXISTS image_guid ON image (guid);
CREATE INDEX IF NOT EXISTS image_newest ON image (deleted_at, status, id);
CREATE INDEX IF NOT EXISTS image_of_owner ON image (owner, deleted_at, status, id);
CREATE INDEX IF NOT EXISTS image_public ON image (visibility, deleted_at, status, id);
CREATE INDEX IF NOT EXISTS image_filename ON image (filename_key);

-- One call to a generator. storage_key names where its bytes will go, before it is made.
CREATE TABLE IF NOT EXISTS attempt (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id            INTEGER NOT NULL,
    generator           TEXT NOT NULL,
    model               TEXT NOT NULL,
    storage_key         TEXT NOT NULL,
    status              TEXT NOT NULL,
    provider_request_id TEXT NULL,
    usage_reported      TEXT NULL,
    error_code          TEXT NULL,
    error_detail        TEXT NULL,
    started_at          TEXT NOT NULL,
    ended_at            TEXT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS attempt_storage_key ON attempt (storage_key);
CREATE INDEX IF NOT EXISTS attempt_of_image ON attempt (image_id);
CREATE INDEX IF NOT EXISTS attempt_status ON attempt (status, started_at);

-- Which images a word finds: `p` in the prompts, `f` in the filename. Clustered in the order of the answer.
CREATE TABLE IF NOT EXISTS image_word (
    field    TEXT NOT NULL,
    word     TEXT NOT NULL,
    image_id INTEGER NOT NULL,
    PRIMARY KEY (field, word, image_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS image_word_of_image ON image_word (image_id, field);

CREATE TABLE IF NOT EXISTS image_tag (
    tag      TEXT NOT NULL, -- case folded
    image_id INTEGER NOT NULL,
    PRIMARY KEY (tag, image_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS image_tag_of_image ON image_tag (image_id);

CREATE TABLE IF NOT EXISTS api_key (
    id            TEXT NOT NULL PRIMARY KEY,
    owner         TEXT NOT NULL,
    name          TEXT NOT NULL,
    is_admin      INTEGER NOT NULL,
    secret_sha256 TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    revoked_at    TEXT NULL
) WITHOUT ROWID;

-- What replicas must agree on and nobody else may know.
CREATE TABLE IF NOT EXISTS secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER NOT NULL PRIMARY KEY
);
