-- reads: finding, in_force_row, log_file
-- yields: the findings on rows in force and on the day's logs, with whom they concern.
SELECT
    finding.dataset,
    finding.rule,
    finding.severity,
    finding.message,
    finding.what_to_do,
    COALESCE(in_force_row.org_code, '') AS org_code,
    in_force_row.subject_id,
    finding."column",
    COALESCE(finding.value, '') AS value
FROM finding
JOIN in_force_row
    ON in_force_row.dataset = finding.dataset
    AND in_force_row.submission = finding.submission
    AND in_force_row.sheet = finding.sheet
    AND in_force_row.row = finding.row
WHERE finding.severity <> 'critical'
UNION ALL
SELECT
    'exchange_daily', finding.rule, finding.severity, finding.message, finding.what_to_do,
    '', log_file.file_name, finding."column", COALESCE(finding.value, '')
FROM finding
JOIN log_file ON log_file.submission = finding.submission
WHERE finding.dataset = 'exchange_log' AND finding.severity <> 'critical'
