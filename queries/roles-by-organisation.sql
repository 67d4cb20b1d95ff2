--+ tables:
--+   participation: [project, cooperation, organisation, role]
--+   organisation: [id, label]
--+   code: [id, label]
--+ columns: {organisation: iri, organisation_label: $lang, role: iri, role_label: $lang, projects: integer, cooperations: integer}
WITH held AS (
  SELECT organisation, unnest(CASE WHEN len(role) > 0 THEN role ELSE [NULL] END) AS role, project, cooperation
  FROM participation
  WHERE organisation IS NOT NULL AND coalesce(project, cooperation) IS NOT NULL
), counted AS (
  SELECT organisation, role, count(DISTINCT project) AS projects, count(DISTINCT cooperation) AS cooperations
  FROM held
  GROUP BY organisation, role
)
SELECT counted.organisation, organisation.label, role, code.label, projects, cooperations
FROM counted LEFT JOIN organisation ON organisation.id = counted.organisation LEFT JOIN code ON code.id = role
ORDER BY projects DESC, cooperations DESC, counted.organisation, role
