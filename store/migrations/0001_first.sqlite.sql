-- Events are append-only, whoever writes.

CREATE TRIGGER pms_writeback_events_no_update BEFORE UPDATE ON pms_writeback_events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER pms_writeback_events_no_delete BEFORE DELETE ON pms_writeback_events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
