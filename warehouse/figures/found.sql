-- official has the definitions that count, subject_kind what each indicator judges, reason_text and
-- notice what is said of reasons and notices.
-- reads: assessment, official, reason_text, subject_kind, entry, state_demand, standing
-- reads: vanished_lately, notice, answers, doubled, exemption_change
-- yields: tonight's findings of every kind: one per missed subject under an official
--         definition, one per warning on a row in force, one per notice. `place` tells apart
--         several of the same kind about the same subject.
SELECT
    '' AS place,
    assessment.org_code,
    assessment.indicator AS indicator_or_rule,
    'missed' AS severity,
    assessment.subject_id,
    assessment.reason,
    COALESCE(entry.name, state_demand.name, assessment.subject_id) || '：' || reason_text.says
        AS message,
    reason_text.what_to_do,
    assessment.overdue_days
FROM assessment
JOIN official USING (definition)
JOIN reason_text USING (reason)
JOIN subject_kind USING (indicator)
LEFT JOIN entry
    ON entry.catalogue_code = assessment.subject_id AND subject_kind.dataset = 'catalogue'
LEFT JOIN state_demand
    ON state_demand.key = assessment.subject_id AND subject_kind.dataset = 'demand'
WHERE assessment.outcome = 'missed'
UNION ALL
SELECT
    standing.dataset || '|' || COALESCE(standing."column", ''),
    standing.org_code,
    standing.rule,
    standing.severity,
    standing.subject_id,
    standing.rule,
    standing.message,
    standing.what_to_do,
    CAST(NULL AS BIGINT)
FROM standing
UNION ALL
SELECT
    '',
    COALESCE(answers.owner, gone.org_code),
    'entry_vanished',
    notice.severity,
    gone.catalogue_code,
    'entry_vanished',
    COALESCE(gone.name, gone.catalogue_code) || '：' || notice.says,
    notice.what_to_do,
    CAST(NULL AS BIGINT)
FROM vanished_lately AS gone
JOIN notice ON notice.notice = 'entry_vanished'
LEFT JOIN answers ON answers.owned_key = gone.org_code
UNION ALL
SELECT
    '',
    entry.org_code,
    'code_in_two_sources',
    notice.severity,
    entry.catalogue_code,
    'code_in_two_sources',
    entry.name || '：' || notice.says || '（' || doubled.sources || '）',
    notice.what_to_do,
    CAST(NULL AS BIGINT)
FROM doubled
JOIN entry ON entry.catalogue_code = doubled.key
JOIN notice ON notice.notice = 'code_in_two_sources'
UNION ALL
SELECT
    exemption_change.change,
    '',
    'exemption_changed',
    notice.severity,
    exemption_change.subject_id,
    'exemption_changed',
    notice.says || '：' || exemption_change.change,
    notice.what_to_do,
    CAST(NULL AS BIGINT)
FROM exemption_change
JOIN notice ON notice.notice = 'exemption_changed'
