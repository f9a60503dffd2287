-- From schema 1: an attempt says whose it was and what it cost.
ALTER TABLE attempt ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN cost_nano_usd INTEGER NULL;
ALTER TABLE attempt ADD COLUMN cost_source TEXT NULL;
UPDATE attempt SET owner = coalesce((SELECT image.owner FROM image WHERE image.id = attempt.image_id), '');
