-- reads: fault, note, repeated_fault
-- yields: the rows that can't be accepted for what they are: quarantined, skipped as no rows, or
--         duplicates of a quarantined one. A line whose rule is note has text for its sender to see.
SELECT
    fault.position,
    CASE WHEN repeated_fault.position IS NULL THEN fault.disposition ELSE 'duplicate' END
        AS disposition,
    CASE WHEN repeated_fault.position IS NULL THEN fault.rule END AS rule,
    CASE WHEN repeated_fault.position IS NULL THEN fault."column" END AS "column",
    CASE WHEN repeated_fault.position IS NULL THEN fault.value END AS value
FROM fault
LEFT JOIN repeated_fault ON repeated_fault.position = fault.position
LEFT JOIN note ON note.position = fault.position
WHERE note.position IS NULL
UNION ALL
SELECT position, 'skipped', 'note', NULL, NULL
FROM note
