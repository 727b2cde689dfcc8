-- What lies over the copy is asked for in nearly every call: open rows, and confirmed ones not shown yet.

CREATE INDEX pms_writebacks_overlay ON pms_writebacks (pms_integration_id, state, shown_at);
