-- From schema 4: the colors of a picture, seen beside its looks; calls by their time.
ALTER TABLE image ADD COLUMN colors TEXT NULL;
DROP INDEX IF EXISTS image_unseen;
