-- The reference transaction: what any system must at least do for one durable step. For pgbench.
\set id random(1, :cases)
BEGIN;
SELECT seq, head, body FROM ref_case WHERE id = :id FOR UPDATE \gset
UPDATE ref_case SET state = 'planning', seq = seq + 1, due_at = now(), head = :head, body = :body WHERE id = :id;
INSERT INTO ref_history VALUES (:id, :seq::int + 1, 'accept', 'assigned', 'planning', 1, now(), '{}', '{"calendar":1,"posts":[[11,7,"liaison",null]]}', :head, :head);
UPDATE ref_timer SET status = 'fired', wake_at = NULL, settled_at = now() WHERE case_id = :id AND status = 'waiting';
INSERT INTO ref_timer VALUES (:id, :seq::int + 1, 'rung.standard', now(), now() + interval '10 days', NULL, 'waiting');
INSERT INTO ref_outbox VALUES (:id || '.' || :seq, :id, 1, 'email', '{"headline":"路灯不亮","state":"待报方案"}', 'waiting', now(), now());
INSERT INTO ref_request VALUES (gen_random_uuid()::text, 1, :head, '{"case":1,"seq":4,"state":"planning"}', now());
COMMIT;
