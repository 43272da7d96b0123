-- Sessions and signing keys. `{prefix}` is replaced by the table prefix.
-- Times are whole milliseconds since 1970, from the application's clock.

-- Not WITHOUT ROWID: new rows then land all over a tree that holds the texts too. Measured with 64
-- rows to a transaction, that took 1.4 times the processor time for a new row and 2.7 times for a
-- refresh; 3 and 4 times, and twice the room, with session data of 1,500 bytes.
CREATE TABLE {prefix}session_info (
    session_handle       TEXT    NOT NULL PRIMARY KEY,
    user_id              TEXT    NOT NULL,
    generation           INTEGER NOT NULL,
    refresh_hash         BLOB    NOT NULL,
    prev_refresh_hash    BLOB,
    rotation_nonce       BLOB,
    rotated_at           INTEGER,
    confirmed_at         INTEGER,
    version              INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    last_refreshed_at    INTEGER NOT NULL,
    idle_expires_at      INTEGER NOT NULL,
    absolute_expires_at  INTEGER NOT NULL,
    -- JSON objects. Last, so that a long one spills onto pages of its own and all that stands
    -- before it is read without them.
    access_token_payload TEXT    NOT NULL,
    session_data         TEXT    NOT NULL
) STRICT;

-- A user's sessions are paged by handle, which never changes: a refresh leaves this index alone,
-- and no session is skipped or seen twice while others come and go. With an expiry in its place
-- every refresh would move the entry, and a page would need a sort.
CREATE INDEX {prefix}session_info_user
    ON {prefix}session_info (user_id, session_handle);

-- For the clean-up: a session is over when the earlier of its two timeouts is.
CREATE INDEX {prefix}session_info_expiry
    ON {prefix}session_info (min(idle_expires_at, absolute_expires_at));

CREATE TABLE {prefix}signing_keys (
    kid          TEXT    NOT NULL PRIMARY KEY,
    alg          TEXT    NOT NULL,
    private      BLOB    NOT NULL,
    sealed       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    sign_until   INTEGER NOT NULL,
    verify_until INTEGER NOT NULL
) STRICT;
