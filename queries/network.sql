--+ tables:
--+   participation: [project, cooperation, organisation]
--+   organisation: [id, label]
--+ columns: {one: iri, one_label: $lang, other: iri, other_label: $lang, shared: integer}
WITH member AS MATERIALIZED (
  SELECT DISTINCT initiative, organisation
  FROM (SELECT unnest([project, cooperation]) AS initiative, organisation FROM participation)
  WHERE initiative IS NOT NULL AND organisation IS NOT NULL
), pair AS (
  SELECT a.organisation AS one, b.organisation AS other, count(*) AS shared
  FROM member a JOIN member b ON b.initiative = a.initiative AND a.organisation < b.organisation
  GROUP BY a.organisation, b.organisation
)
SELECT one, x.label, other, y.label, shared
FROM pair LEFT JOIN organisation x ON x.id = one LEFT JOIN organisation y ON y.id = other
ORDER BY shared DESC, one, other
