-- The account the service runs as: this database and nothing else.
CREATE USER IF NOT EXISTS :user@'%' IDENTIFIED BY :password;
ALTER USER :user@'%' IDENTIFIED BY :password;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES ON `{database_alone}`.* TO :user@'%';
