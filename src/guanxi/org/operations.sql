-- The trail of the organisation: who changed people, departments, roles and rights. Statement-level, so no road escapes it.
CREATE OR REPLACE FUNCTION guanxi_operation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_variable
DECLARE
    context jsonb := guanxi_context();
    subject text := TG_ARGV[0];
    -- What a right is about stands beside its change, as [same, same].
    named text[] := ARRAY['role_id', 'entity', 'action', 'field'];
    skipped text[] := string_to_array(TG_ARGV[1], ',');
    moment timestamptz := coalesce((context ->> 'at')::timestamptz, clock_timestamp());
    who bigint := (context ->> 'actor')::bigint;
    door text := coalesce(context ->> 'door', 'sql');
    request text := coalesce(context ->> 'request', '');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO org_operation (at, actor, door, request, verb, subject, subject_id, diff)
        SELECT moment, who, door, request, 'update', subject, n.id, d.diff
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(a.key, jsonb_build_array(a.value, b.value)) AS diff
            FROM jsonb_each(to_jsonb(o) - skipped) a JOIN jsonb_each(to_jsonb(n) - skipped) b ON a.key = b.key
            WHERE a.value IS DISTINCT FROM b.value OR a.key = ANY (named)
        ) d
        WHERE to_jsonb(o) - skipped <> to_jsonb(n) - skipped;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO org_operation (at, actor, door, request, verb, subject, subject_id, diff)
        SELECT moment, who, door, request, 'create', subject, n.id,
               coalesce((SELECT jsonb_object_agg(e.key, jsonb_build_array(NULL, e.value)) FROM jsonb_each(to_jsonb(n) - skipped) e
                         WHERE e.value NOT IN ('null', '""', '{}', 'false')), '{}')
        FROM new_rows n;
    ELSE
        INSERT INTO org_operation (at, actor, door, request, verb, subject, subject_id, diff)
        SELECT moment, who, door, request, 'delete', subject, o.id,
               coalesce((SELECT jsonb_object_agg(e.key, jsonb_build_array(e.value, NULL)) FROM jsonb_each(to_jsonb(o) - skipped) e
                         WHERE e.value NOT IN ('null', '""', '{}', 'false')), '{}')
        FROM old_rows o;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION guanxi_operates(watched text, subject text, skipped text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_came AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_operation(%L, %L)', watched, subject, skipped);
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_changed AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_operation(%L, %L)', watched, subject, skipped);
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_went AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_operation(%L, %L)', watched, subject, skipped);
END $$;

-- The app appends by these triggers only.
CREATE OR REPLACE FUNCTION guanxi_operations_closed(app text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF app <> current_user AND EXISTS (SELECT 1 FROM pg_roles WHERE rolname = app) THEN
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON org_operation FROM %I', app);  -- nothing of its parts is open to it
    END IF;
END $$;
