-- found has tonight's findings of every kind, issue_before the issue list of the last night before.
-- reads: found, issue_before, night, contact
-- yields: the issue list. An issue's id is made of what it is about, so it is the same every
--         night; those of the night before that are gone appear once more, as resolved.
WITH tonight AS (
    SELECT
        'I' || substr(md5(
            COALESCE(indicator_or_rule, '') || '|' || COALESCE(subject_id, '') || '|'
            || COALESCE(place, '')
        ), 1, 16) AS issue_id,
        found.*
    FROM found
),
single AS (
    SELECT issue_id, org_code, indicator_or_rule, severity, subject_id, reason, message,
        what_to_do, overdue_days
    FROM (
        SELECT
            tonight.*,
            row_number() OVER (PARTITION BY issue_id ORDER BY message, org_code, reason) AS copy
        FROM tonight
    ) AS numbered
    WHERE copy = 1
),
open_before AS (
    SELECT * FROM issue_before WHERE status <> 'resolved'
)
SELECT
    single.issue_id,
    night.as_of,
    single.org_code,
    single.indicator_or_rule,
    single.severity,
    single.subject_id,
    single.reason,
    single.message,
    single.what_to_do,
    COALESCE(open_before.since, night.as_of) AS since,
    single.overdue_days,
    CASE WHEN open_before.issue_id IS NULL THEN 'new' ELSE 'continuing' END AS status,
    contact.contact
FROM single
CROSS JOIN night
LEFT JOIN open_before ON open_before.issue_id = single.issue_id
LEFT JOIN contact ON contact.org_code = single.org_code
UNION ALL
SELECT
    open_before.issue_id,
    night.as_of,
    open_before.org_code,
    open_before.indicator_or_rule,
    open_before.severity,
    open_before.subject_id,
    open_before.reason,
    open_before.message,
    open_before.what_to_do,
    open_before.since,
    CAST(NULL AS BIGINT),
    'resolved',
    open_before.contact
FROM open_before
CROSS JOIN night
LEFT JOIN single ON single.issue_id = open_before.issue_id
WHERE single.issue_id IS NULL
