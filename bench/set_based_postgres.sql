-- What a sweep writes, for everything due, in one statement that decides nothing.
WITH due AS (
    SELECT t.id, t.case_id, c.seq, c.definition_id, c.state, c.cycle, c.head,
           encode(sha256(c.head::bytea), 'hex') AS hash
      FROM timer t JOIN cases c ON c.id = t.case_id
     WHERE t.wake_at <= %(at)s
       FOR UPDATE
), told AS (
    INSERT INTO history (case_id, seq, definition_id, event, from_state, to_state, cycle, actor, at,
                         inputs, seen, effects, alg, prev, hash)
    SELECT d.case_id, d.seq + 1, d.definition_id, 'rung', d.state, d.state, d.cycle, 'clock', %(at)s,
           m.inputs, m.seen, m.effects, 'sha256', d.head, d.hash
      FROM due d, model_history m
), moved AS (
    UPDATE cases SET seq = due.seq + 1, head = due.hash, body = (SELECT body FROM model_history)
      FROM due WHERE cases.id = due.case_id
), owed AS (
    INSERT INTO outbox (key, case_id, seq, person_id, unit_id, way, urgency, template, variables,
                        status, wake_at, attempts, created_at)
    SELECT d.case_id || '.' || m.key_end, d.case_id, d.seq + 1, m.person_id, m.unit_id, m.way,
           m.urgency, m.template, m.variables, m.status, m.wake_at, 0, %(at)s
      FROM due d, model_outbox m
)
UPDATE timer SET status = 'fired', wake_at = NULL, settled_at = %(at)s, seq = due.seq + 1
  FROM due WHERE timer.id = due.id
