--+ tables:
--+   project: [id, theme]
--+   cooperation: [id, theme]
--+   theme: [id, label, definition]
--+ columns: {value: iri, label: $lang, definition: $lang, projects: integer, cooperations: integer}
WITH filed AS (
  SELECT id AS project, NULL AS cooperation, unnest(theme) AS theme FROM project
  UNION SELECT NULL, id, unnest(theme) FROM cooperation
), counted AS (
  SELECT theme, count(project) AS projects, count(cooperation) AS cooperations FROM filed GROUP BY theme
)
SELECT id, label, definition, coalesce(projects, 0) AS projects, coalesce(cooperations, 0) AS cooperations
FROM theme LEFT JOIN counted ON counted.theme = id
ORDER BY projects DESC, cooperations DESC, id
