-- From schema 3: the search index of sets, to be filled from all there is; perceptual hashes; a trash.
DROP TABLE IF EXISTS image_word;
DROP TABLE IF EXISTS image_tag;
DROP INDEX IF EXISTS image_newest;
DROP INDEX IF EXISTS image_of_owner;
DROP INDEX IF EXISTS image_public;
DROP INDEX IF EXISTS image_filename;
ALTER TABLE image ADD COLUMN looks TEXT NULL;
CREATE TABLE IF NOT EXISTS image_change (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id INTEGER NOT NULL,
    gone     TEXT NOT NULL
);
UPDATE image SET deleted_at = '1970-01-01 00:00:00.000000' WHERE deleted_at IS NOT NULL;
INSERT INTO image_change (image_id, gone) SELECT id, '[]' FROM image ORDER BY id;
