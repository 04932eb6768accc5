-- Old lines of a log, which the app itself may not remove: only by these rules, and never without saying so.
-- `signins` and `access` are parts of kernel_accesslog, `operations` is org_operation. Logs are kept for six months at least
-- (Cybersecurity Law of the People's Republic of China, article 21, item 3). What goes must be exactly what was exported.
CREATE OR REPLACE FUNCTION guanxi_clear(log text, before timestamptz, expected bigint, who bigint, signins text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE gone bigint;
BEGIN
    IF before > clock_timestamp() - interval '180 days' THEN
        RAISE EXCEPTION 'logs are kept for 180 days at least';
    END IF;
    IF log = 'operations' THEN
        DELETE FROM org_operation WHERE at < before;
    ELSIF log = 'signins' THEN
        DELETE FROM kernel_accesslog WHERE at < before AND verb = ANY (signins) AND verb NOT IN ('clear', 'forget');
    ELSIF log = 'access' THEN
        DELETE FROM kernel_accesslog WHERE at < before AND verb <> ALL (signins) AND verb NOT IN ('clear', 'forget');
    ELSE
        RAISE EXCEPTION 'unknown log %', log;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone <> expected THEN
        RAISE EXCEPTION '% lines would go, % were exported', gone, expected;
    END IF;
    INSERT INTO kernel_accesslog (at, actor, verb, entity, data)
    VALUES (clock_timestamp(), who, 'clear', log, jsonb_build_object('lines', gone, 'before', before));
    RETURN gone;
END $$;
