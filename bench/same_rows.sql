-- The rows that our `accept` writes, in our own tables with their foreign keys, checks and triggers. For pgbench:
-- it shows what the schema costs without any Python.
\set id random(:first, :last)
BEGIN;
SELECT seq, unit_id, head, body FROM cases WHERE id = :id FOR UPDATE \gset
UPDATE cases SET state = 'planning', seq = seq + 1, entry = seq + 1, due_at = now(), head = :head, body = :body WHERE id = :id;
INSERT INTO history (case_id, seq, definition_id, event, from_state, to_state, cycle, actor, person_id, unit_id, at, inputs, seen, effects, alg, prev, hash) VALUES (:id, :seq::int + 1, :definition, 'accept', 'assigned', 'planning', 1, 'person', 1, :unit_id, now(), '{}', '{"calendar":1,"posts":[[11,7,"liaison",null]]}', '{"due":["2026-03-16T16:00:00+00:00","10 个工作日，自 3月2日次日起"]}', 'sha256', :head, :head);
UPDATE timer SET status = 'cancelled', wake_at = NULL, settled_at = now() WHERE case_id = :id AND status = 'waiting';
INSERT INTO timer (case_id, entry, name, rung, due_at, derivation, status, wake_at, moved) SELECT :id, :seq::int + 1, 'rung.standard', n, now(), '到期前 7 个工作日，即 3月5日', 'waiting', now() + interval '10 days', 0 FROM generate_series(1, :timers) n;
UPDATE scope SET due_at = now(), closed = false, state = 'planning', about = :unit_id, entered_at = now(), acts = ',liaison,officer,' WHERE case_id = :id;
INSERT INTO request VALUES (gen_random_uuid()::text, 1, :head, '{"case":1,"seq":4,"state":"planning"}', now());
COMMIT;
