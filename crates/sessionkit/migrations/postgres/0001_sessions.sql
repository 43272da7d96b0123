-- The tables of Sessionkit. {prefix} is what PostgresOptions::table_prefix says, mostly nothing.
--
-- Times are whole milliseconds since 1970, from the application's clock.
-- JSON is kept as text: jsonb would change its bytes, and refuse the character that JSON writes as
-- \u0000. COLLATE "C" compares bytes, as the other store does, whatever the database's language.
--
-- A tenth of each page stays free, so that a new version of a row mostly finds room beside the old
-- one. A change of the session data then needs no new index entries. A refresh does, since it moves
-- the row's end, which has an index.
CREATE TABLE {prefix}session_info (
    session_handle text COLLATE "C" PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    refresh_hash bytea NOT NULL,
    prev_refresh_hash bytea,
    rotation_nonce bytea,
    rotated_at bigint,
    confirmed_at bigint,
    access_token_payload text NOT NULL,
    session_data text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    last_refreshed_at bigint NOT NULL,
    idle_expires_at bigint NOT NULL,
    absolute_expires_at bigint NOT NULL
) WITH (fillfactor = 90);

-- Lists are paged by handle, and so is revoking all sessions of a user.
CREATE INDEX {prefix}session_info_user ON {prefix}session_info (user_id, session_handle);

-- A row is over at the earlier of its two ends. Clean-up goes by this.
CREATE INDEX {prefix}session_info_end
    ON {prefix}session_info (LEAST(idle_expires_at, absolute_expires_at));

CREATE TABLE {prefix}signing_keys (
    kid text COLLATE "C" PRIMARY KEY,
    alg text NOT NULL,
    private bytea NOT NULL,
    sealed boolean NOT NULL,
    created_at bigint NOT NULL,
    sign_until bigint NOT NULL,
    verify_until bigint NOT NULL
);
