CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

-- An event's sealed words may be sealed with a new key, or taken out; what happened and when stays as it is.
DROP TRIGGER pms_writeback_events_no_update;

CREATE TRIGGER pms_writeback_events_no_update
BEFORE UPDATE OF id, writeback_id, seq, at, from_state, to_state, reason ON pms_writeback_events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
