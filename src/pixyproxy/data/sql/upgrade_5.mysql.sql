-- From schema 4: the colors of a picture, seen beside its looks; calls by their time.
ALTER TABLE image
    DROP KEY image_unseen,
    ADD COLUMN colors CHAR(28) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER looks,
    ADD KEY image_unseen (colors, status, id);
ALTER TABLE attempt ADD KEY attempt_started (started_at, model, owner, generator, status, cost_nano_usd);
