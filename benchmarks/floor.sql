-- The floor's rules: the three official definitions of 2023, with their parameters in place.
-- Reads: catalogue, resource, demand, exemption, evidence, organisation_scope, before_,
--        deadline and stage (made between the two halves), variable as_of.
-- Yields: assessment and scoreboard in their published columns.

CREATE TABLE mounted AS
SELECT
    catalogue_code,
    bool_or(in_use) AS mounted,
    bool_or(mount_status = '挂载待审核') AS pending,
    bool_or(mount_status = '挂载已退回') AS returned,
    bool_and(offline) AS all_offline,
    min(mounted_on) FILTER (in_use) AS first_mounted_on,
    bool_and(resource_type = '接口') FILTER (in_use) AS all_api,
    bool_or(log.resource_id IS NOT NULL) FILTER (in_use) AS has_record,
    bool_or(log.has_supply) FILTER (in_use) AS has_supply,
    max(log.last_success_on) FILTER (in_use) AS last_success_on,
    max(log.last_update_on) FILTER (in_use) AS last_update_on
FROM (
    SELECT
        *,
        resource_status IN ('停用', '已下线') AS offline,
        mount_status IN ('已挂载', '变更待审核') AND NOT offline
            AND COALESCE(mounted_on <= getvariable('as_of'), true) AS in_use
    FROM resource
) AS resource
LEFT JOIN evidence AS log USING (resource_id)
GROUP BY catalogue_code;

CREATE TABLE entry AS
SELECT
    catalogue.*,
    mounted.* EXCLUDE (catalogue_code),
    CASE
        WHEN publish_status <> '已发布' OR COALESCE(published_on > getvariable('as_of'), false)
            THEN 'not_published'
        WHEN sharing_type = '不予共享' THEN 'not_shareable'
    END AS left_out,
    CASE WHEN has_supply THEN last_update_on
         WHEN last_updated_on <= getvariable('as_of') THEN last_updated_on END AS updated_on,
    COALESCE(updated_on, first_mounted_on, published_on) AS basis_on
FROM catalogue
LEFT JOIN mounted USING (catalogue_code);

CREATE TABLE item AS
SELECT
    *,
    COALESCE(答复意见 = '同意' AND 答复日期 <= getvariable('as_of'), false) AS agreed,
    CASE
        WHEN agreed THEN 答复日期
        WHEN 受理日期 <= getvariable('as_of') THEN 受理日期
        ELSE 提出日期
    END AS opened_on,
    CASE
        WHEN agreed THEN 20
        WHEN 受理日期 <= getvariable('as_of') AND 共享类型 = '无条件共享' THEN 1
        WHEN 受理日期 <= getvariable('as_of') THEN 10 + least(greatest(延长天数, 0), 10)
        ELSE 2
    END AS working_days
FROM demand
WHERE 提出日期 <= getvariable('as_of');

-- second half

CREATE TABLE mount_rate AS
SELECT
    catalogue_code, org_code,
    CASE
        WHEN left_out = 'not_published' THEN left_out
        WHEN exemption.subject_id IS NOT NULL THEN 'exempt'
        WHEN left_out IS NOT NULL THEN left_out
        WHEN mounted THEN 'mounted'
        WHEN pending THEN 'mount_pending'
        WHEN returned THEN 'mount_returned'
        WHEN all_offline THEN 'resource_offline'
        ELSE 'no_resource'
    END AS reason
FROM entry
LEFT JOIN exemption
    ON exemption.subject_id = catalogue_code AND exemption.indicator = 'mount_rate';

CREATE TABLE update_timeliness AS
SELECT
    catalogue_code, org_code, last_success_on, updated_on, has_supply, deadline.*,
    CASE
        WHEN left_out = 'not_published' THEN left_out
        WHEN exemption.subject_id IS NOT NULL THEN 'exempt'
        WHEN left_out IS NOT NULL THEN left_out
        WHEN mounted IS NOT TRUE THEN 'not_mounted'
        WHEN entry.update_cycle IN ('不定期', '一次性/不更新', '其他') THEN 'no_cycle_obligation'
        WHEN entry.update_cycle IS NULL THEN 'cycle_unknown'
        WHEN all_api AND has_record THEN
            CASE WHEN last_success_on >= getvariable('as_of') - 30 THEN 'api_alive'
                 ELSE 'api_silent' END
        WHEN updated_on IS NULL AND getvariable('as_of') <= deadline.deadline_on THEN 'first_cycle'
        WHEN updated_on IS NULL THEN 'never_updated'
        WHEN getvariable('as_of') <= deadline.deadline_on THEN 'on_time'
        ELSE 'overdue'
    END AS reason,
    reason IN ('first_cycle', 'never_updated', 'on_time', 'overdue') AS dated
FROM entry
LEFT JOIN exemption
    ON exemption.subject_id = catalogue_code AND exemption.indicator = 'update_timeliness'
LEFT JOIN deadline USING (basis_on, update_cycle);

CREATE TABLE demand_completion AS
SELECT
    demand_id, org_code, stage.deadline_on,
    COALESCE(答复意见 = '不予提供' AND 答复日期 <= getvariable('as_of'), false) AS refused,
    COALESCE(交付日期 <= getvariable('as_of'), false) AS delivered,
    CASE
        WHEN 状态 = '草稿' THEN 'draft'
        WHEN 撤回日期 <= getvariable('as_of') THEN 'withdrawn'
        WHEN 合并至 <> '' THEN 'merged'
        WHEN exemption.subject_id IS NOT NULL THEN 'exempt'
        WHEN refused AND 不予提供理由 = '法律法规不允许提供' AND 不予提供依据 <> ''
            AND 主管部门认可 = '是' THEN 'lawful_refusal'
        WHEN delivered AND 确认日期 <= getvariable('as_of') THEN
            CASE WHEN agreed AND 交付日期 > stage.deadline_on THEN 'completed_late'
                 ELSE 'completed' END
        WHEN refused THEN 'refused'
        WHEN stage.stopped THEN 'waiting_requester'
        WHEN delivered THEN 'awaiting_confirmation'
        WHEN getvariable('as_of') <= stage.deadline_on THEN 'in_progress'
        ELSE 'overdue'
    END AS reason
FROM item
JOIN stage USING (opened_on, working_days, 退回日期, 重新提交日期)
LEFT JOIN exemption
    ON exemption.subject_id = demand_id AND exemption.indicator = 'demand_completion';

CREATE TABLE assessment AS
WITH judged AS (
    SELECT
        'mount_rate' AS indicator, catalogue_code AS subject_id, org_code, reason,
        NULL::VARCHAR AS state, NULL::DATE AS due_on, NULL::DATE AS deadline_on,
        NULL::BIGINT AS overdue_days, NULL::VARCHAR AS evidence_source, NULL::DATE AS evidence_at
    FROM mount_rate
    UNION ALL
    SELECT
        'update_timeliness', catalogue_code, org_code, reason,
        CASE
            WHEN NOT dated OR due_on IS NULL THEN NULL
            WHEN getvariable('as_of') < soon_from THEN 'fresh'
            WHEN getvariable('as_of') <= due_on THEN 'due_soon'
            WHEN getvariable('as_of') <= deadline_on THEN 'in_grace'
            WHEN getvariable('as_of') <= delinquent_after THEN 'overdue'
            ELSE 'delinquent'
        END,
        CASE WHEN dated THEN due_on END,
        CASE WHEN dated THEN deadline_on END,
        CASE WHEN dated THEN greatest(getvariable('as_of') - deadline_on, 0) END,
        CASE
            WHEN reason IN ('on_time', 'overdue')
                THEN CASE WHEN has_supply THEN 'exchange' ELSE 'declared' END
            WHEN reason IN ('api_alive', 'api_silent') AND last_success_on IS NOT NULL
                THEN 'exchange'
        END,
        CASE
            WHEN reason IN ('on_time', 'overdue') THEN updated_on
            WHEN reason IN ('api_alive', 'api_silent') THEN last_success_on
        END
    FROM update_timeliness
    UNION ALL
    SELECT
        'demand_completion', demand_id, org_code, reason, NULL, NULL,
        CASE WHEN reason IN ('in_progress', 'overdue') THEN deadline_on END,
        CASE WHEN reason IN ('in_progress', 'overdue')
            THEN greatest(getvariable('as_of') - deadline_on, 0) END,
        NULL, NULL
    FROM demand_completion
)
SELECT
    getvariable('as_of') AS as_of, indicator, indicator || '/2023-1' AS definition, subject_id,
    org_code,
    CASE
        WHEN reason IN ('mounted', 'api_alive', 'on_time', 'completed', 'completed_late')
            THEN 'met'
        WHEN reason IN ('not_published', 'exempt', 'not_shareable', 'not_mounted',
            'no_cycle_obligation', 'first_cycle', 'draft', 'withdrawn', 'merged', 'lawful_refusal')
            THEN 'excluded'
        ELSE 'missed'
    END AS outcome,
    reason, state, due_on, deadline_on, overdue_days, evidence_source, evidence_at
FROM judged;

CREATE TABLE scoreboard AS
WITH org AS (
    SELECT indicator, definition, org_code,
        count(*) FILTER (outcome = 'met') AS met,
        count(*) FILTER (outcome = 'missed') AS missed,
        count(*) FILTER (outcome = 'excluded') AS excluded
    FROM assessment GROUP BY ALL
),
counted AS (
    SELECT indicator, definition, scope_type, scope_code, scope_name, rank_group,
        COALESCE(sum(met), 0)::BIGINT AS numerator,
        COALESCE(sum(met + missed), 0)::BIGINT AS denominator,
        COALESCE(sum(excluded), 0)::BIGINT AS excluded
    FROM (SELECT DISTINCT indicator, definition FROM assessment)
    CROSS JOIN organisation_scope
    LEFT JOIN org USING (indicator, definition, org_code)
    GROUP BY ALL
),
rated AS (
    SELECT *,
        CASE WHEN denominator > 0 THEN numerator * 10000 // denominator END AS hundredths,
        CASE WHEN denominator > 0 AND scope_type IN ('org', 'region') THEN
            rank() OVER (
                PARTITION BY definition, scope_type, rank_group, denominator > 0
                ORDER BY numerator / denominator DESC
            ) END AS rank
    FROM counted
)
SELECT
    getvariable('as_of') AS as_of, rated.indicator, definition, scope_type, scope_code, scope_name,
    numerator, denominator, excluded,
    format('{}.{:02d}', rated.hundredths // 100, rated.hundredths % 100) AS rate_display,
    '90' AS target_percent,
    denominator > 0 AND numerator * 10 >= denominator * 9 AS attained,
    greatest((denominator * 9 + 9) // 10 - numerator, 0) AS shortfall,
    rank,
    CASE WHEN rated.hundredths < before_.hundredths THEN '-' ELSE '' END
        || format('{}.{:02d}', abs(rated.hundredths - before_.hundredths) // 100,
            abs(rated.hundredths - before_.hundredths) % 100) AS change_from_previous_night
FROM rated
LEFT JOIN before_ USING (definition, scope_type, scope_code);
