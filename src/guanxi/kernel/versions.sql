-- What a process keeps of people, rights and shapes is good while a counter stands still, so whatever changes them moves it.
CREATE OR REPLACE FUNCTION guanxi_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE kernel_version SET value = value + 1 WHERE name = ANY(string_to_array(TG_ARGV[0], ' '));
    RETURN NULL;
END $$;

-- `counter` may be several with spaces between; `columns` limits which changes of a row count; empty means all of them.
CREATE OR REPLACE FUNCTION guanxi_counts(watched text, counter text, columns text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER guanxi_moved AFTER INSERT OR DELETE OR UPDATE %s ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION guanxi_moved(%L)',
                   CASE WHEN columns = '' THEN '' ELSE 'OF ' || columns END, watched, counter);
END $$;
