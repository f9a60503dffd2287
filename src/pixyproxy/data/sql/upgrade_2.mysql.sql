-- From schema 1: an attempt says whose it was and what it cost, an image what it was made from.
ALTER TABLE attempt
    ADD COLUMN owner VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER image_id,
    ADD COLUMN cost_nano_usd BIGINT NULL AFTER usage_reported,
    ADD COLUMN cost_source VARCHAR(40) NULL AFTER cost_nano_usd;
UPDATE attempt SET owner = coalesce((SELECT image.owner FROM image WHERE image.id = attempt.image_id), '')
    WHERE owner = '';
ALTER TABLE image
    ADD COLUMN parents JSON NOT NULL DEFAULT (JSON_ARRAY()) AFTER parameters,
    ADD COLUMN batch CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER parents,
    ADD KEY image_batch (batch),
    ADD KEY image_sha256 (sha256);
