-- From schema 2: an image says what it was made from, and with which others.
ALTER TABLE image ADD COLUMN parents TEXT NOT NULL DEFAULT '[]';
ALTER TABLE image ADD COLUMN batch TEXT NULL;
