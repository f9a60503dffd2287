-- From schema 2: an image says what it was made from, and with which others.
ALTER TABLE image
    ADD COLUMN parents JSON NOT NULL DEFAULT (JSON_ARRAY()) AFTER parameters,
    ADD COLUMN batch CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER parents,
    ADD KEY image_batch (batch),
    ADD KEY image_sha256 (sha256);
