--+ tables:
--+   project: [id, programme, budget.value, budget.currency, budget.kind, contribution.value, contribution.currency, contribution.kind]
--+   programme: [id, label]
--+   code: [id, label]
--+ columns: {programme: iri, programme_label: $lang, kind: iri, kind_label: $lang, currency: literal, amounts: integer, projects: integer, least: number, most: number, sum: number}
WITH funded AS (
  SELECT *, unnest(programme) AS funder FROM project
), amount AS (
  SELECT funder, "budget.value" AS value, "budget.currency" AS currency, "budget.kind" AS kind FROM funded
  UNION ALL SELECT funder, "contribution.value", "contribution.currency", "contribution.kind" FROM funded
), counted AS (
  SELECT funder, kind, currency, count(*) AS amounts, min(value) AS least, max(value) AS most, sum(value) AS total
  FROM (SELECT funder, kind, currency, CAST(CASE WHEN regexp_matches(value, '\.[0-9]{19}') THEN
          error('more than 18 digits behind the point') ELSE value END AS DECIMAL(38, 18)) AS value FROM amount)
  WHERE value IS NOT NULL AND currency IS NOT NULL AND kind IS NOT NULL
  GROUP BY funder, kind, currency
), had AS (
  SELECT funder, count(DISTINCT id) AS projects FROM funded GROUP BY funder
)
SELECT counted.funder, programme.label, kind, code.label, currency, amounts, projects, least, most,
  CASE WHEN kind <> 'https://w3id.org/linkedproj/amount-kind/unspecified' THEN total END AS sum
FROM counted JOIN had ON had.funder = counted.funder
LEFT JOIN programme ON programme.id = counted.funder LEFT JOIN code ON code.id = kind
ORDER BY counted.funder, kind, currency
