-- The audit trail: one generic pair of functions, installed on every record table and on the link table.
CREATE SEQUENCE IF NOT EXISTS change_id;

CREATE TABLE IF NOT EXISTS change (
    id bigint NOT NULL DEFAULT nextval('change_id'),
    at timestamptz NOT NULL,
    write_id uuid NOT NULL,
    entity text NOT NULL,
    record bigint NOT NULL,
    version integer NOT NULL,
    op text NOT NULL,
    diff jsonb NOT NULL,
    actor bigint,
    door text NOT NULL,
    request text NOT NULL,
    reason text NOT NULL DEFAULT ''
) PARTITION BY RANGE (at);
-- Why it was done, in the words of who did it. Asked first: adding a column, even one that is there, waits for every reader.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'change'::regclass AND attname = 'reason') THEN
        ALTER TABLE change ADD COLUMN reason text NOT NULL DEFAULT '';
    END IF;
END $$;
CREATE TABLE IF NOT EXISTS change_rest PARTITION OF change DEFAULT;
CREATE INDEX IF NOT EXISTS change_record ON change (record, at DESC);
CREATE INDEX IF NOT EXISTS change_write ON change (write_id);
CREATE INDEX IF NOT EXISTS change_actor ON change (actor, at DESC);
CREATE INDEX IF NOT EXISTS change_request ON change (request) WHERE request LIKE 'job:%';

-- A log that migrations made as a plain table gets parts by month; what lies in it already stays together as the part of the rest.
CREATE OR REPLACE FUNCTION guanxi_by_month(kept text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rest text := kept || '_rest';
    counter text := kept || '_id_seq';
    definitions text[];
    definition text;
    index_name text;
    next bigint;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = kept::regclass) = 'p' THEN
        RETURN;
    END IF;
    SELECT array_agg(pg_get_indexdef(indexrelid)) INTO definitions FROM pg_index WHERE indrelid = kept::regclass AND NOT indisprimary;
    FOR index_name IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = kept::regclass AND NOT indisprimary LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', index_name, index_name || '_rest');
    END LOOP;
    EXECUTE format('SELECT coalesce(max(id), 0) + 1 FROM %I', kept) INTO next;
    EXECUTE format('ALTER TABLE %I ALTER id DROP IDENTITY, DROP CONSTRAINT %I', kept,
                   (SELECT conname FROM pg_constraint WHERE conrelid = kept::regclass AND contype = 'p'));
    EXECUTE format('ALTER TABLE %I RENAME TO %I', kept, rest);
    EXECUTE format('CREATE SEQUENCE %I START %s', counter, next);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)', kept, rest);
    EXECUTE format('ALTER TABLE %I ALTER id SET DEFAULT nextval(%L)', kept, counter);
    EXECUTE format('ALTER SEQUENCE %I OWNED BY %I.id', counter, kept);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I DEFAULT', kept, rest);
    FOREACH definition IN ARRAY definitions LOOP
        EXECUTE definition;
    END LOOP;
    PERFORM guanxi_only_through(rest);
END $$;

-- Rows of a part are reached through the whole, whose rights hold.
CREATE OR REPLACE FUNCTION guanxi_only_through(part text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE other regrole;
BEGIN
    FOR other IN
        SELECT DISTINCT a.grantee::regrole FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = part::regclass AND a.grantee <> c.relowner AND a.grantee <> 0
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %s', part, other);
    END LOOP;
END $$;

-- Parts by month around today. A month whose rows already lie in the part of the rest stays there. The app calls it each night.
DROP FUNCTION IF EXISTS guanxi_partitions(integer, integer);
CREATE OR REPLACE FUNCTION guanxi_partitions(kept text, back integer, ahead integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    first date;
    part text;
    occupied boolean;
BEGIN
    FOR step IN -back..ahead LOOP
        first := (date_trunc('month', now()) + step * interval '1 month')::date;
        part := format('%s_%s', kept, to_char(first, 'YYYYMM'));
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE at >= %L AND at < %L)', kept || '_rest', first, first + interval '1 month')
        INTO occupied;
        CONTINUE WHEN occupied;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, kept, first, (first + interval '1 month')::date);
        PERFORM guanxi_only_through(part);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION guanxi_context() RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('guanxi.context', true), ''), '{}')::jsonb $$;

-- Owner and department of a child follow its parent, so that re-stamping is no change of it; without a parent they are its own.
CREATE OR REPLACE FUNCTION guanxi_left_out(row_data jsonb, skipped text[], parent text) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN parent <> '' AND row_data ->> parent IS NOT NULL THEN skipped || ARRAY['owner_id', 'department_id'] ELSE skipped END $$;

-- A row as a flat document: custom keys beside columns, without what is derived or empty.
CREATE OR REPLACE FUNCTION guanxi_document(row_data jsonb, skipped text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT ((row_data - 'custom') || coalesce(row_data -> 'custom', '{}')) - skipped $$;

-- The key of an entity; one that ends so is that of a table of several, whose rows say which they are of.
CREATE OR REPLACE FUNCTION guanxi_kind(entity text, row_data jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN entity LIKE '%\_' THEN entity || (row_data ->> 'kind') ELSE entity END $$;

CREATE OR REPLACE FUNCTION guanxi_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    context jsonb := guanxi_context();
    skipped text[] := string_to_array(TG_ARGV[1], ',') || string_to_array(coalesce(current_setting('guanxi.unsaid', true), ''), ',');
    parent text := TG_ARGV[2];
    moment timestamptz := coalesce((context ->> 'at')::timestamptz, clock_timestamp());
    write uuid := coalesce((context ->> 'write')::uuid, gen_random_uuid());
    who bigint := (context ->> 'actor')::bigint;
    door text := coalesce(context ->> 'door', 'sql');
    request text := coalesce(context ->> 'request', '');
    before text;
    after text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO change (at, write_id, entity, record, version, op, diff, actor, door, request, reason)
        SELECT CASE WHEN door = 'demo' THEN n.created_at ELSE moment END,
               write, guanxi_kind(TG_ARGV[0], r.whole), n.id, n.version, 'create',
               coalesce((SELECT jsonb_object_agg(e.key, jsonb_build_array(NULL, e.value))
                         FROM jsonb_each(guanxi_document(r.whole, guanxi_left_out(r.whole, skipped, parent) || ARRAY['id', 'created_at', 'created_by_id'])) e
                         WHERE e.value NOT IN ('null', '""', '[]', '{}', 'false')), '{}'),
               CASE WHEN door = 'demo' THEN n.created_by_id ELSE who END, door, request, coalesce(context ->> 'reason', '')
        FROM new_rows n CROSS JOIN LATERAL (SELECT to_jsonb(n) AS whole OFFSET 0) r;
    ELSE
        SELECT string_agg(format('o.%I', attname), ', ' ORDER BY attnum), string_agg(format('n.%I', attname), ', ' ORDER BY attnum)
        INTO before, after FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (skipped)
              AND (parent = '' OR attname NOT IN ('owner_id', 'department_id'));
        IF parent <> '' THEN
            before := before || format(', CASE WHEN n.%1$I IS NULL THEN o.owner_id END, CASE WHEN n.%1$I IS NULL THEN o.department_id END', parent);
            after := after || format(', CASE WHEN n.%1$I IS NULL THEN n.owner_id END, CASE WHEN n.%1$I IS NULL THEN n.department_id END', parent);
        END IF;
        -- A roll-up or a stamp alone is no change: told apart column by column, before any document is made, which costs a hundred times as much.
        EXECUTE format($sql$
            INSERT INTO change (at, write_id, entity, record, version, op, diff, actor, door, request, reason)
            SELECT CASE WHEN $4 = 'demo' THEN n.updated_at ELSE $1 END, $2, guanxi_kind($3, to_jsonb(n)), n.id, n.version,
                   CASE WHEN o.merged_into IS NULL AND n.merged_into IS NOT NULL THEN 'merge'
                        WHEN o.deleted_at IS NULL AND n.deleted_at IS NOT NULL THEN 'delete'
                        WHEN o.deleted_at IS NOT NULL AND n.deleted_at IS NULL THEN 'restore'
                        ELSE $5 END,
                   d.diff, CASE WHEN $4 = 'demo' THEN n.owner_id ELSE $6 END, $4, $7, $10
            FROM new_rows n JOIN old_rows o ON o.id = n.id AND ROW(%s) IS DISTINCT FROM ROW(%s)
            CROSS JOIN LATERAL (
                SELECT jsonb_object_agg(coalesce(a.key, b.key), jsonb_build_array(a.value, b.value)) AS diff
                FROM jsonb_each(guanxi_document(to_jsonb(o), guanxi_left_out(to_jsonb(n), $8, $9))) a
                FULL JOIN jsonb_each(guanxi_document(to_jsonb(n), guanxi_left_out(to_jsonb(n), $8, $9))) b ON a.key = b.key
                WHERE a.value IS DISTINCT FROM b.value
            ) d
            WHERE d.diff IS NOT NULL $sql$, before, after)
        USING moment, write, TG_ARGV[0], door, coalesce(context ->> 'verb', 'update'), who, request, skipped, parent, coalesce(context ->> 'reason', '');
    END IF;
    RETURN NULL;
END $$;

-- Nothing is ever physically gone by a user action; erasure by law says so in its context.
CREATE OR REPLACE FUNCTION guanxi_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF guanxi_context() ->> 'verb' IS DISTINCT FROM 'forget' THEN
        RAISE EXCEPTION 'records of % are deactivated, never deleted', TG_ARGV[0];
    END IF;
    RETURN OLD;
END $$;

-- Erasure by law: what identified a person goes out of the history of these records, and so does what people said as a reason; that something changed, when and by whom stays.
-- `guanxi_personal` is made from the declarations at installation, so that nothing else can go, and that it went is logged here.
-- The erasure itself keeps naming its fields, without values, so that whoever read an older version conflicts with it.
CREATE OR REPLACE FUNCTION guanxi_forget(entity_key text, one bigint, why text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE keys text[] := guanxi_personal(entity_key);
BEGIN
    IF guanxi_context() ->> 'verb' IS DISTINCT FROM 'forget' OR coalesce(cardinality(keys), 0) = 0 THEN
        RAISE EXCEPTION 'history is rewritten by the erasure of a person only';
    END IF;
    UPDATE change SET diff = (diff - keys) || CASE WHEN op = 'forget'
        THEN (SELECT coalesce(jsonb_object_agg(key, '[null, null]'::jsonb), '{}') FROM jsonb_object_keys(diff) key WHERE key = ANY (keys))
        ELSE '{}' END, reason = ''
    WHERE entity = entity_key AND record = one AND (diff ?| keys OR reason <> '');
    INSERT INTO kernel_accesslog (at, actor, verb, entity, record, data)
    VALUES (clock_timestamp(), (guanxi_context() ->> 'actor')::bigint, 'forget', entity_key, one, jsonb_build_object('reason', why));
END $$;

-- What has happened is appended by the app and changed by nobody.
CREATE OR REPLACE FUNCTION guanxi_append_only(app text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE kept regclass;
BEGIN
    IF app = current_user OR NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = app) THEN
        RETURN;  -- one role for everything: there is nobody to take rights from
    END IF;
    FOR kept IN
        SELECT 'change'::regclass UNION ALL SELECT 'kernel_event'::regclass UNION ALL SELECT 'kernel_accesslog'::regclass
        UNION ALL SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('change'::regclass, 'kernel_accesslog'::regclass)
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', kept, app);
    END LOOP;
END $$;

-- Links are folded under the record that declares them.
CREATE OR REPLACE FUNCTION guanxi_link_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    context jsonb := guanxi_context();
    linked text;
    entity text;
BEGIN
    FOR linked IN SELECT DISTINCT field FROM changed LOOP
        entity := regexp_replace(linked, '\.[^.]*$', '');
        CONTINUE WHEN to_regclass(replace(entity, '.', '_')) IS NULL;
        -- The record was saved before its links: its version tells later readers when these moved.
        EXECUTE format(
            'INSERT INTO change (at, write_id, entity, record, version, op, diff, actor, door, request)
             SELECT $1, $2, $3, c.source, r.version, $4,
                    jsonb_build_object($5, CASE WHEN $6 THEN jsonb_build_array(NULL, c.targets) ELSE jsonb_build_array(c.targets, NULL) END),
                    CASE WHEN $8 = ''demo'' THEN r.created_by_id ELSE $7 END, $8, $9
             FROM (SELECT source, jsonb_agg(target ORDER BY id) AS targets FROM changed WHERE field = $10 GROUP BY source) c
             JOIN %I r ON r.id = c.source', replace(entity, '.', '_'))
        USING coalesce((context ->> 'at')::timestamptz, clock_timestamp()), coalesce((context ->> 'write')::uuid, gen_random_uuid()),
              entity, coalesce(context ->> 'verb', 'update'), regexp_replace(linked, '^.*\.', ''), TG_OP = 'INSERT',
              (context ->> 'actor')::bigint, coalesce(context ->> 'door', 'sql'), coalesce(context ->> 'request', ''), linked;
    END LOOP;
    RETURN NULL;
END $$;

-- Who takes part in a record, folded under it: [as it was, as it is] beside a key for each of them.
CREATE OR REPLACE FUNCTION guanxi_part(one jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN one IS NULL THEN NULL ELSE jsonb_build_object('to', one -> 'to', 'grantee', one -> 'grantee', 'company', one -> 'company', 'part', one -> 'part', 'until', one -> 'until') END $$;

CREATE OR REPLACE FUNCTION guanxi_share_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    context jsonb := guanxi_context();
    moved record;
BEGIN
    moved := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    IF to_regclass(replace(moved.entity, '.', '_')) IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'INSERT INTO change (at, write_id, entity, record, version, op, diff, actor, door, request)
         SELECT $1, $2, $3, r.id, r.version, $4, jsonb_build_object($11, jsonb_build_array($5, $6)), $7, $8, $9 FROM %I r WHERE r.id = $10',
        replace(moved.entity, '.', '_'))
    USING coalesce((context ->> 'at')::timestamptz, clock_timestamp()), coalesce((context ->> 'write')::uuid, gen_random_uuid()),
          moved.entity, CASE WHEN TG_OP = 'DELETE' THEN 'unshare' ELSE 'share' END,
          CASE WHEN TG_OP <> 'INSERT' THEN guanxi_part(to_jsonb(OLD)) END, CASE WHEN TG_OP <> 'DELETE' THEN guanxi_part(to_jsonb(NEW)) END,
          CASE WHEN context ->> 'door' = 'demo' THEN moved.created_by ELSE (context ->> 'actor')::bigint END,
          coalesce(context ->> 'door', 'sql'), coalesce(context ->> 'request', ''), moved.record,
          format('share:%s:%s', moved."to", moved.grantee);
    RETURN NULL;
END $$;

-- What became part of a record, folded under the survivor: the other beside a key of its own; the other's side is its row's change.
CREATE OR REPLACE FUNCTION guanxi_merge_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    context jsonb := guanxi_context();
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL) THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'INSERT INTO change (at, write_id, entity, record, version, op, diff, actor, door, request)
         SELECT $1, $2, $3, r.id, r.version, $4, jsonb_build_object($5, $6), $7, $8, $9 FROM %I r WHERE r.id = $10',
        replace(NEW.entity, '.', '_'))
    USING coalesce((context ->> 'at')::timestamptz, clock_timestamp()), coalesce((context ->> 'write')::uuid, gen_random_uuid()),
          NEW.entity, CASE WHEN TG_OP = 'INSERT' THEN 'merge' ELSE 'undo' END, format('merged:%s', NEW.lost),
          CASE WHEN TG_OP = 'INSERT' THEN jsonb_build_array(NULL, NEW.lost) ELSE jsonb_build_array(NEW.lost, NULL) END,
          (context ->> 'actor')::bigint, coalesce(context ->> 'door', 'sql'), coalesce(context ->> 'request', ''), NEW.keep;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER guanxi_merged AFTER INSERT OR UPDATE ON kernel_merge
    FOR EACH ROW EXECUTE FUNCTION guanxi_merge_history();

CREATE OR REPLACE TRIGGER guanxi_shared AFTER INSERT OR UPDATE OR DELETE ON kernel_share
    FOR EACH ROW EXECUTE FUNCTION guanxi_share_history();

CREATE OR REPLACE TRIGGER guanxi_linked AFTER INSERT ON kernel_link
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guanxi_link_history();
CREATE OR REPLACE TRIGGER guanxi_unlinked AFTER DELETE ON kernel_link
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guanxi_link_history();

DROP FUNCTION IF EXISTS guanxi_watch(text, text, text);
CREATE OR REPLACE FUNCTION guanxi_watch(watched text, entity text, skipped text, parent text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_created AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_history(%L, %L, %L)', watched, entity, skipped, parent);
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_history(%L, %L, %L)', watched, entity, skipped, parent);
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_kept BEFORE DELETE ON %I
                    FOR EACH ROW EXECUTE FUNCTION guanxi_keep(%L)', watched, entity);
END $$;
