--+ tables:
--+   project: [id, theme]
--+   cooperation: [id, theme]
--+   theme: [id, label]
--+ columns: {one: iri, one_label: $lang, other: iri, other_label: $lang, shared: integer}
WITH filed AS MATERIALIZED (
  SELECT id AS initiative, unnest(theme) AS theme FROM project
  UNION SELECT id, unnest(theme) FROM cooperation
), pair AS (
  SELECT a.theme AS one, b.theme AS other, count(*) AS shared
  FROM filed a JOIN filed b ON b.initiative = a.initiative AND a.theme < b.theme
  GROUP BY a.theme, b.theme
)
SELECT one, x.label, other, y.label, shared
FROM pair LEFT JOIN theme x ON x.id = one LEFT JOIN theme y ON y.id = other
ORDER BY shared DESC, one, other
