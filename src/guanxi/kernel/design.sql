-- Records of designed entities: one table, parted by kind. What is written through the whole is watched there, what is written to a
-- part is watched on it: PostgreSQL fires the triggers of the table that a statement names, so each change is told exactly once.
CREATE OR REPLACE TRIGGER guanxi_created AFTER INSERT ON custom_record REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_history('custom.record_', 'kind,name_sort,updated_at,version', 'parent_id');
CREATE OR REPLACE TRIGGER guanxi_updated AFTER UPDATE ON custom_record REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION guanxi_history('custom.record_', 'kind,name_sort,updated_at,version', 'parent_id');

-- The part of one kind, watched like every table of records. The app calls it when somebody has designed that kind, and may not
-- make tables otherwise. Made beside and then attached: whoever reads the other parts goes on, as he could not with PARTITION OF.
CREATE OR REPLACE FUNCTION guanxi_design(kind integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    part text := format('custom_record_%s', kind);
BEGIN
    IF NOT EXISTS (SELECT FROM kernel_customentity WHERE id = kind) THEN
        RAISE EXCEPTION 'no kind of record has the number %', kind;
    END IF;
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE custom_record INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('ALTER TABLE custom_record ATTACH PARTITION %I FOR VALUES IN (%s)', part, kind);
    END IF;
    PERFORM guanxi_watch(part, format('custom.record_%s', kind), 'kind,name_sort,updated_at,version', 'parent_id');
END $$;

SELECT guanxi_design(id::integer) FROM kernel_customentity;
