-- reads: tonight_finding
-- yields: how many warnings tonight's rows of a dataset got.
SELECT count(*)
FROM tonight_finding
WHERE dataset = $dataset AND severity <> 'critical'
