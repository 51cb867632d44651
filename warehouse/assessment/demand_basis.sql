-- 供需对接清单总体完成率, indicators.md section 4: the stage of every item and its clock.
-- reads: state_demand, night, parameter, answers
-- yields: items with submitted_on on or before the day, with what has happened by then.
SELECT
    item.key AS demand_id,
    COALESCE(answers.owner, item.provider_org) AS org_code,
    COALESCE(item.status, '') = '草稿' AS draft,
    COALESCE(item.withdrawn_on <= night.as_of, false) AS withdrawn,
    COALESCE(item.merged_into, '') <> '' AS merged,
    COALESCE(item.decision = '不予提供' AND item.replied_on <= night.as_of, false) AS refused,
    COALESCE(item.refusal_ground = '法律法规不允许提供', false)
        AND COALESCE(item.refusal_basis, '') <> ''
        AND COALESCE(item.endorsed, false) AS lawful,
    COALESCE(item.delivered_on <= night.as_of, false) AS delivered,
    COALESCE(item.confirmed_on <= night.as_of, false) AS confirmed,
    item.delivered_on,
    COALESCE(item.decision = '同意' AND item.replied_on <= night.as_of, false) AS agreed,
    CASE
        WHEN item.decision = '同意' AND item.replied_on <= night.as_of THEN item.replied_on
        WHEN item.accepted_on <= night.as_of THEN item.accepted_on
        ELSE item.submitted_on
    END AS opened_on,
    CASE
        WHEN item.decision = '同意' AND item.replied_on <= night.as_of THEN parameter.provision
        WHEN item.accepted_on <= night.as_of AND item.sharing_type = '无条件共享'
            THEN parameter.reply_unconditional
        WHEN item.accepted_on <= night.as_of
            THEN parameter.reply_conditional
                + CASE
                    WHEN COALESCE(item.extension_days, 0) <= 0 THEN 0
                    WHEN item.extension_days > parameter.max_extension_days
                        THEN parameter.max_extension_days
                    ELSE item.extension_days
                END
        ELSE parameter.review
    END AS working_days,
    COALESCE(item.returned_on, '') AS returned_on,
    COALESCE(item.resubmitted_on, '') AS resubmitted_on
FROM state_demand AS item
CROSS JOIN night
CROSS JOIN parameter
LEFT JOIN answers ON answers.owned_key = item.provider_org
WHERE item.submitted_on <= night.as_of
