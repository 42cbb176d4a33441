-- The tables of the reference transaction: primary keys and the indexes that the work needs, no foreign keys, no triggers.
CREATE TABLE ref_case (
    id BIGINT PRIMARY KEY, workflow TEXT NOT NULL, number TEXT NOT NULL UNIQUE, unit_id BIGINT NOT NULL,
    state TEXT NOT NULL, seq INTEGER NOT NULL, due_at TIMESTAMP, head TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX ref_case_state ON ref_case (workflow, state);
CREATE TABLE ref_history (
    case_id BIGINT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, from_state TEXT NOT NULL,
    to_state TEXT NOT NULL, person_id BIGINT, at TIMESTAMP NOT NULL, inputs TEXT NOT NULL, seen TEXT NOT NULL,
    prev TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (case_id, seq)
);
CREATE TABLE ref_timer (
    case_id BIGINT NOT NULL, entry INTEGER NOT NULL, name TEXT NOT NULL, due_at TIMESTAMP NOT NULL,
    wake_at TIMESTAMP, settled_at TIMESTAMP, status TEXT NOT NULL, PRIMARY KEY (case_id, entry, name)
);
CREATE INDEX ref_timer_wake ON ref_timer (wake_at);
CREATE TABLE ref_outbox (
    key TEXT PRIMARY KEY, case_id BIGINT NOT NULL, person_id BIGINT NOT NULL, way TEXT NOT NULL,
    variables TEXT NOT NULL, status TEXT NOT NULL, wake_at TIMESTAMP, created_at TIMESTAMP NOT NULL
);
CREATE INDEX ref_outbox_wake ON ref_outbox (wake_at);
CREATE TABLE ref_request (
    id TEXT PRIMARY KEY, person_id BIGINT NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL, at TIMESTAMP NOT NULL
);
