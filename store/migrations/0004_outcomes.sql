-- When a list of writes was last asked for, by whichever of the processes that share it.
CREATE TABLE listings (
    name TEXT PRIMARY KEY,
    asked_at BIGINT NOT NULL
);

CREATE INDEX pms_writebacks_by_person ON pms_writebacks (due_at) WHERE reason = 'settled_by_person';

CREATE INDEX pms_writebacks_not_followed ON pms_writebacks (pms_integration_id)
WHERE state = 'confirmed' AND wish IS NOT NULL AND follow_up IS NULL;

CREATE INDEX pms_writebacks_follow_up ON pms_writebacks (follow_up) WHERE follow_up IS NOT NULL;
