-- From schema 3: the search index of sets, to be filled from all there is; perceptual hashes; a trash.
DROP TABLE IF EXISTS image_word;
DROP TABLE IF EXISTS image_tag;
ALTER TABLE image DROP KEY image_newest;
ALTER TABLE image DROP KEY image_of_owner;
ALTER TABLE image DROP KEY image_public;
ALTER TABLE image DROP KEY image_filename;
ALTER TABLE image
    ADD COLUMN looks CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER sha256,
    ADD KEY image_trash (deleted_at),
    ADD KEY image_unseen (looks, status, id);
CREATE TABLE IF NOT EXISTS image_change (
    id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    image_id BIGINT UNSIGNED NOT NULL,
    gone     MEDIUMTEXT NOT NULL,
    KEY image_change_of_image (image_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;
UPDATE image SET deleted_at = '1970-01-01 00:00:00.000000' WHERE deleted_at IS NOT NULL;
DELETE FROM image_change;
INSERT INTO image_change (image_id, gone) SELECT id, '[]' FROM image ORDER BY id;
