-- From schema 1: an attempt says whose it was and what it cost.
ALTER TABLE attempt
    ADD COLUMN owner VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER image_id,
    ADD COLUMN cost_nano_usd BIGINT NULL AFTER usage_reported,
    ADD COLUMN cost_source VARCHAR(40) NULL AFTER cost_nano_usd;
UPDATE attempt SET owner = coalesce((SELECT image.owner FROM image WHERE image.id = attempt.image_id), '')
    WHERE owner = '';
