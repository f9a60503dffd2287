-- The tables of PixyProxy in MySQL 8 or newer. create_tables.sqlite.sql says the same in SQLite.

CREATE TABLE IF NOT EXISTS image (
    id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    guid           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    owner          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    filename       VARCHAR(255) NOT NULL,
    filename_key   VARCHAR(255) NOT NULL,          -- the filename, case folded
    prompt         MEDIUMTEXT NOT NULL,
    revised_prompt MEDIUMTEXT NULL,
    search_text    MEDIUMTEXT NOT NULL,            -- the words of both prompts, for phrases
    tags           JSON NOT NULL,                  -- as they were given
    author         VARCHAR(200) NOT NULL,
    status         VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    visibility     VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    generator      VARCHAR(40) NOT NULL,
    model          VARCHAR(200) NOT NULL,
    parameters     JSON NOT NULL,
    parents        JSON NOT NULL DEFAULT (JSON_ARRAY()), -- guids; image_parent finds the children
    batch          CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL, -- guid of the first of several
    storage_key    VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
    media_type     VARCHAR(40) NULL,
    width          INT UNSIGNED NULL,
    height         INT UNSIGNED NULL,
    size_bytes     BIGINT UNSIGNED NULL,
    sha256         CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    looks          CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL, -- a perceptual hash; '' where none is to be had
    colors         CHAR(28) CHARACTER SET ascii COLLATE ascii_bin NULL, -- of its quarters, four times #rrggbb; '' where none are to be had
    cost_nano_usd  BIGINT NULL,
    cost_source    VARCHAR(40) NULL,
    error_code     VARCHAR(40) NULL,
    error_detail   VARCHAR(1000) NULL,
    created_at     DATETIME(6) NOT NULL,
    updated_at     DATETIME(6) NOT NULL,
    deleted_at     DATETIME(6) NULL,               -- in the trash since; removed for good when its time is over
    UNIQUE KEY image_guid (guid),
    KEY image_trash (deleted_at),
    KEY image_unseen (colors, status, id),
    KEY image_batch (batch),
    KEY image_sha256 (sha256)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- One call to a generator, and what it cost; kept also when its image is deleted. storage_key names where its
-- bytes will go, before it is made.
CREATE TABLE IF NOT EXISTS attempt (
    id                  BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    image_id            BIGINT UNSIGNED NOT NULL,
    owner               VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    generator           VARCHAR(40) NOT NULL,
    model               VARCHAR(200) NOT NULL,
    storage_key         VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    status              VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    provider_request_id VARCHAR(200) NULL,
    usage_reported      JSON NULL,
    cost_nano_usd       BIGINT NULL,
    cost_source         VARCHAR(40) NULL,
    error_code          VARCHAR(40) NULL,
    error_detail        VARCHAR(1000) NULL,
    started_at          DATETIME(6) NOT NULL,
    ended_at            DATETIME(6) NULL,
    UNIQUE KEY attempt_storage_key (storage_key),
    KEY attempt_of_image (image_id),
    KEY attempt_status (status, started_at),
    KEY attempt_started (started_at, model, owner, generator, status, cost_nano_usd)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- Work that is not at its end: a row for each image that is queued or being made, and none for the others.
-- Who holds one renews its lease; from free_at on, anybody may take it, under a new token. Both databases keep
-- these times as seconds since 1970, by their own clock.
CREATE TABLE IF NOT EXISTS job (
    image_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    state    VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    asked    JSON NOT NULL,                        -- what a generator is to be asked for
    holder   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    token    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    free_at  DOUBLE NOT NULL,
    KEY job_free (state, free_at, image_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- Which image a key of a caller stands for; the primary key decides between requests that come at once.
CREATE TABLE IF NOT EXISTS idempotency (
    owner           VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    route           VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    fingerprint     CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    guid            CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at      DATETIME(6) NOT NULL,
    PRIMARY KEY (owner, route, idempotency_key),
    KEY idempotency_guid (guid),
    KEY idempotency_age (created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- The search index: which images of a block of ids have a term, as a set of their places in the block.
CREATE TABLE IF NOT EXISTS image_posting (
    block  INT UNSIGNED NOT NULL,
    term   VARCHAR(255) NOT NULL,
    images BLOB NOT NULL,
    PRIMARY KEY (block, term)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- What was created, changed or removed since the index was last brought up to date.
CREATE TABLE IF NOT EXISTS image_change (
    id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    image_id BIGINT UNSIGNED NOT NULL,
    gone     MEDIUMTEXT NOT NULL,                  -- terms it had before, and has no more
    KEY image_change_of_image (image_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- How the images of a stretch of ids look: eight bytes for each, zeros where it is not known.
CREATE TABLE IF NOT EXISTS image_looks (
    stretch INT UNSIGNED NOT NULL PRIMARY KEY,
    looks   MEDIUMBLOB NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- Which images were made from an image; a guid stays when its image is deleted.
CREATE TABLE IF NOT EXISTS image_parent (
    parent   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    image_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (parent, image_id),
    KEY image_parent_of_image (image_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS api_key (
    id            VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    owner         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name          VARCHAR(200) NOT NULL,
    is_admin      TINYINT NOT NULL,
    secret_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at    DATETIME(6) NOT NULL,
    revoked_at    DATETIME(6) NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- Browsers that are signed in, and links that sign one in, once. key_id is NULL for the key of
-- PIXYPROXY_ADMIN_KEY, which has no row; key_proof says which text of it.
CREATE TABLE IF NOT EXISTS session (
    token_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    key_id       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    key_proof    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at   DATETIME(6) NOT NULL,
    expires_at   DATETIME(6) NOT NULL,
    KEY session_expiry (expires_at),
    KEY session_of_key (key_proof)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS sign_in (
    code_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    key_id      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    key_proof   CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at  DATETIME(6) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

-- What replicas must agree on and nobody else may know.
CREATE TABLE IF NOT EXISTS secret (
    name  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    value VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS schema_version (
    version INT NOT NULL PRIMARY KEY
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;
